"""What a schema cannot say of a request, for schemathesis: see test_schema.py."""

from __future__ import annotations

from typing import Any

import schemathesis

#: What every conversation ends with: something that is asked.
LAST = {"role": "user", "content": "Say something."}
#: How long a model's name may be.
LONGEST_NAME = 256


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Ends conversations with a question, for whoever answers: names depend on a configuration."""
    body = case.body
    if isinstance(body, dict) and isinstance(body.get("messages"), list) and body["messages"]:
        case.body = {**body, "messages": [*body["messages"], LAST]}
        name = body.get("model")
        if isinstance(name, str) and 1 <= len(name) <= LONGEST_NAME:
            case.body["model"] = "auto"


@schemathesis.hook
def map_headers(context: Any, headers: Any) -> Any:
    """No persona: there are as many as somebody configured."""
    if isinstance(headers, dict):
        return {name: headers[name] for name in headers if name.lower() != "x-workshop-persona"}
    return headers
