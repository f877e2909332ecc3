"""What the vendors' pages say in prose of a request, beyond the types of its fields."""

from __future__ import annotations

import itertools
import re
from typing import Any

#: The ids that the bridge numbers; they tell nothing.
CALL_ID = re.compile(r"call_\d+")
#: OpenAI and Google take up to this many.
MOST_STOPS = {"openai-chat": 4, "gemini-generate": 5}


def openai(body: dict[str, Any]) -> list[str]:
    """https://platform.openai.com/docs/api-reference/chat/create."""
    found = [] if body["messages"] else ["there is no message"]
    if "stream_options" in body and not body["stream"]:
        found.append("stream_options without a stream")
    if "max_tokens" in body and "max_completion_tokens" in body:
        found.append("two limits")
    open_calls: list[str] = []
    seen: list[str] = []
    for message in body["messages"]:
        if message["role"] == "tool":
            if message["tool_call_id"] not in open_calls:
                found.append("a result that no call asked for")
            else:
                open_calls.remove(message["tool_call_id"])
        elif open_calls:
            found.append("a call without a result")
        for call in message.get("tool_calls", []):
            open_calls.append(call["id"])
            seen.append(call["id"])
    if open_calls:
        found.append("a call without a result")
    return found + ids(seen) + limits(body, "openai-chat", body.get("stop", []))


def anthropic(body: dict[str, Any]) -> list[str]:
    """https://docs.claude.com/en/api/messages, version 2023-06-01."""
    found = [] if body["max_tokens"] >= 1 else ["no room for an answer"]
    messages = body["messages"]
    if not messages or messages[0]["role"] != "user":
        found.append("the first message is not the user's")
    open_calls: list[str] = []
    seen: list[str] = []
    for message in messages:
        blocks = message["content"]
        if blocks in ("", []):
            found.append("an empty message")
        if isinstance(blocks, str):
            blocks = [{"type": "text", "text": blocks}]
        results = [block["tool_use_id"] for block in blocks if block["type"] == "tool_result"]
        if sorted(results) != sorted(open_calls):
            found.append("calls and results do not match")
        if any(block["type"] == "tool_result" for block in blocks[len(results) :]):
            found.append("a result behind something else")
        if any(block["type"] == "text" and not block["text"].strip() for block in blocks):
            found.append("an empty text")
        open_calls = [block["id"] for block in blocks if block["type"] == "tool_use"]
        seen += open_calls
    if open_calls:
        found.append("a call without a result")
    if not 0 <= body.get("temperature", 0) <= 1:
        found.append("a temperature out of range")
    stops = body.get("stop_sequences", [])
    return found + ids(seen) + [f"stop {stop!r}" for stop in stops if not stop.strip()]


def gemini(body: dict[str, Any]) -> list[str]:
    """https://ai.google.dev/api/generate-content and .../gemini-api/docs/thought-signatures."""
    found = []
    contents = body["contents"]
    if not contents or contents[0].get("role") != "user":
        found.append("the first content is not the user's")
    seen = []
    for content, following in itertools.zip_longest(contents, contents[1:], fillvalue={}):
        if content["role"] not in ("user", "model") or not content["parts"]:
            found.append("a content without a role or parts")
        calls = [part["functionCall"]["id"] for part in content["parts"] if "functionCall" in part]
        answers = [
            part["functionResponse"]["id"]
            for part in following.get("parts", [])
            if "functionResponse" in part
        ]
        if calls != answers:
            found.append("calls and results do not match")
        if calls and "thoughtSignature" not in next(
            part for part in content["parts"] if "functionCall" in part
        ):
            found.append("a call without a signature")
        seen += calls
    configuration = body.get("generationConfig", {})
    return (
        found
        + ids(seen)
        + limits(configuration, "gemini-generate", configuration.get("stopSequences", []))
    )


def ollama(body: dict[str, Any]) -> list[str]:
    """https://github.com/ollama/ollama/blob/main/docs/api.md."""
    found = [] if body["options"]["num_ctx"] > 0 else ["no window"]
    found += [
        "a message without a known role"
        for message in body["messages"]
        if message["role"] not in ("system", "user", "assistant", "tool")
    ]
    return found + limits(body["options"], "ollama-chat", body["options"].get("stop", []))


def pipe(body: dict[str, Any]) -> list[str]:
    """The dumb pipe: a prompt and a model's configuration, and nothing else."""
    found = [] if body.keys() == {"prompt", "model_config"} else ["unknown fields"]
    if not isinstance(body.get("prompt"), str) or not body["prompt"]:
        found.append("no prompt")
    configuration = body.get("model_config")
    if not isinstance(configuration, dict):
        return [*found, "no configuration"]
    if not isinstance(configuration.get("model"), str):
        found.append("no model")
    if configuration.keys() - {"model", "max_tokens", "temperature", "stop"}:
        found.append("unknown configuration")
    return found


def ids(seen: list[str]) -> list[str]:
    """Faults of the ids of calls: each once, and numbered."""
    found = [] if len(set(seen)) == len(seen) else ["an id twice"]
    return found + [f"the id {one!r}" for one in seen if not CALL_ID.fullmatch(one)]


def limits(options: dict[str, Any], wire: str, stops: list[str]) -> list[str]:
    """Faults of what a caller may ask."""
    found = []
    if not 0 <= options.get("temperature", 0) <= 2:  # noqa: PLR2004
        found.append("a temperature out of range")
    if len(stops) > MOST_STOPS.get(wire, len(stops)) or "" in stops:
        found.append("stops")
    return found
