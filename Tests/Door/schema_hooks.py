"""What a schema cannot say of a request, for schemathesis: see test_schema.py."""

from __future__ import annotations

import re
from typing import Any

import schemathesis

#: What every conversation ends with: something that is asked.
LAST = {"role": "user", "content": "Say something."}
#: How long a model's name may be.
LONGEST_NAME = 256
#: A name that somebody could have given to a persona, though nobody has.
PERSONA = re.compile("[a-z0-9_-]{1,64}")


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Ends conversations with a question, for whoever answers: names depend on a configuration."""
    if PERSONA.fullmatch((case.headers or {}).get("x-workshop-persona", "")):
        del case.headers["x-workshop-persona"]
    body = case.body
    if isinstance(body, dict) and isinstance(body.get("messages"), list) and body["messages"]:
        case.body = {**body, "messages": [*body["messages"], LAST]}
        name = body.get("model")
        if isinstance(name, str) and 1 <= len(name) <= LONGEST_NAME:
            case.body["model"] = "auto"
        offer(case.body)


def offer(body: dict[str, Any]) -> None:
    """Offers the tool whose call is asked for: there must be one."""
    choice, tools = body.get("tool_choice"), body.get("tools")
    name: Any = "look"
    if isinstance(choice, dict):
        function = choice.get("function")
        name = function.get("name") if isinstance(function, dict) else choice.get("name", name)
    elif choice != "required":
        return
    if isinstance(name, str) and (tools is None or isinstance(tools, list)):
        tool: dict[str, Any] = {"name": name, "input_schema": {}}
        if "max_tokens" not in body or isinstance(choice, str) or "function" in choice:
            tool = {"type": "function", "function": {"name": name}}
        body["tools"] = [*(tools or []), tool]
