"""Holds every answer of the front door against the types of the vendors' own SDKs; see README.md.

usage: replies.py DUMP    one answer a line, as DialectDumpTests.swift writes it
"""

from __future__ import annotations

import copy
import json
import pathlib
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pydantic
from anthropic import types as anthropic_types
from anthropic.types import raw_message_stream_event
from openai import types as openai_types
from openai.types import chat as openai_chat

JSON = dict[str, Any]

#: What no vendor has, and where it may stand: clients pass it over.
OWN = "workshop"
#: The types of Anthropic's errors (https://docs.claude.com/en/api/errors).
ANTHROPIC_ERRORS = {
    "invalid_request_error",
    "authentication_error",
    "billing_error",
    "permission_error",
    "not_found_error",
    "request_too_large",
    "rate_limit_error",
    "timeout_error",
    "api_error",
    "overloaded_error",
}


def faults(value: Any, kind: Any) -> list[str]:
    """Why the value is not of the type: strictly, and without a field that it does not have."""
    try:
        # As JSON, where a date is a text.
        model = pydantic.TypeAdapter(kind).validate_json(json.dumps(value), strict=True)
    except pydantic.ValidationError as error:
        return [f"{fault['loc']}: {fault['msg']}" for fault in error.errors()]
    return list(extras(model, ""))


def extras(value: Any, path: str) -> Iterator[str]:
    """The fields that the SDK has no name for: it keeps them, so they can be found."""
    if isinstance(value, pydantic.BaseModel):
        for name in value.model_extra or {}:
            yield f"{path}.{name}: there is no such field"
        for name in type(value).model_fields:
            yield from extras(getattr(value, name), f"{path}.{name}")
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from extras(item, f"{path}[{place}]")


def own(value: JSON) -> list[str]:
    """Takes the bridge's own field off, and gives what is wrong with it."""
    origin = value.pop(OWN, None)
    if origin is None:
        return []
    wanted = {
        "backend",
        "model",
        "attempts",
        "cost_usd",
        "thought",
        "kind",
        "cached",
        "usage_source",
    }
    return [] if set(origin) == wanted else [f"{OWN}: {sorted(set(origin) ^ wanted)}"]


def events(text: str) -> list[tuple[str, str]]:
    """The events of a stream: name and data."""
    found = []
    if text.count("\n") != len(text.splitlines()):
        raise ValueError("a line break that only some clients see")
    for block in text.split("\n\n")[:-1]:
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        found.append((fields.get("event", ""), fields["data"]))
    return found


def openai_whole(text: str) -> list[str]:
    """The faults of a chat completion."""
    value = json.loads(text)
    found = faults(value, openai_chat.ChatCompletion)
    return found or openai_sense(
        [value["choices"][0]["message"]], value["choices"][0]["finish_reason"]
    )


def openai_sense(messages: list[JSON], finish: str | None) -> list[str]:
    """What the types do not say: calls and the finish reason go together, arguments are JSON."""
    calls = [call for message in messages for call in message.get("tool_calls") or []]
    found = (
        []
        if bool(calls) == (finish == "tool_calls") or finish == "length"
        else ["calls and finish"]
    )
    for call in calls:
        if not isinstance(json.loads(call["function"]["arguments"]), dict):
            found.append("arguments are no object")
    return found


def openai_stream(text: str) -> list[str]:
    """The faults of a stream of chunks."""
    parts = events(text)
    if parts.pop() != ("", "[DONE]"):
        return ["no [DONE]"]
    chunks = [json.loads(data) for _, data in parts]
    found = [
        fault
        for chunk in chunks
        for fault in own(chunk) + faults(chunk, openai_chat.ChatCompletionChunk)
    ]
    if found:
        return found
    choices = [chunk["choices"][0] for chunk in chunks if chunk["choices"]]
    found += [] if choices[0]["delta"].get("role") == "assistant" else ["no role"]
    ends = [choice["finish_reason"] for choice in choices if choice["finish_reason"]]
    found += (
        [] if len(ends) == 1 and choices[-1]["finish_reason"] else [f"it ends {len(ends)} times"]
    )
    if "usage" in chunks[0]:
        found += [] if chunks[-1]["choices"] == [] else ["no chunk with the usage alone"]
        found += [] if all(chunk["usage"] is None for chunk in chunks[:-1]) else ["usage too soon"]
    elif any("usage" in chunk for chunk in chunks):
        found.append("usage that nobody asked for")
    indices = [
        call["index"] for choice in choices for call in choice["delta"].get("tool_calls", [])
    ]
    found += [] if indices == list(range(len(indices))) else ["the calls' places"]
    return found + openai_sense([choice["delta"] for choice in choices], ends[0] if ends else None)


def openai_notice(text: str) -> list[str]:
    """The faults of a notice: to the SDK it is a chunk that adds nothing."""
    ((name, data),) = events(text)
    chunk = json.loads(data)
    if name != "model_switching" or chunk.pop(name, None) != {"place": 1}:
        return ["the notice is lost"]
    found = faults(chunk, openai_chat.ChatCompletionChunk)
    return found or ([] if chunk["choices"][0]["delta"] == {} else ["it adds something"])


def anthropic_whole(text: str) -> list[str]:
    """The faults of a message."""
    value = json.loads(text)
    found = faults(value, anthropic_types.Message)
    calls = any(block["type"] == "tool_use" for block in value["content"])
    if not value["content"]:
        found.append("no block")
    if calls != (value["stop_reason"] == "tool_use"):
        found.append("calls and stop reason")
    return found


def anthropic_stream(text: str) -> list[str]:
    """The faults of a stream of events, and of the message that it adds up to."""
    found: list[str] = []
    message: JSON = {}
    texts: list[str] = []
    open_block = False
    for name, data in events(text):
        event = json.loads(data)
        found += own(event)
        if event.get("type") != name:
            found.append(f"{name} says that it is {event.get('type')}")
        if name == "ping":
            continue
        found += faults(event, raw_message_stream_event.RawMessageStreamEvent)
        if found:
            return found
        if name == "message_start":
            message = event["message"]
        elif name == "content_block_start":
            found += (
                []
                if event["index"] == len(message["content"]) and not open_block
                else ["a block's place"]
            )
            message["content"].append(event["content_block"])
            texts.append("")
            open_block = True
        elif name == "content_block_delta":
            found += (
                []
                if open_block and event["index"] == len(texts) - 1
                else ["a delta without its block"]
            )
            texts[-1] += event["delta"].get("text", "") + event["delta"].get("partial_json", "")
        elif name == "content_block_stop":
            open_block = False
            block = message["content"][-1]
            if block["type"] == "tool_use":
                block["input"] = json.loads(texts[-1])
            else:
                block["text"] = texts[-1]
        elif name == "message_delta":
            message |= event["delta"]
            message["usage"] |= event["usage"]
    if open_block or events(text)[-1][0] != "message_stop":
        found.append("it does not end")
    return found + anthropic_whole(json.dumps(message))


def openai_error(text: str) -> list[str]:
    """The faults of an error: what OpenAI's SDKs read of it, and who failed."""
    error = json.loads(text).get("error", {})
    wanted = {"message", "type", "param", "code", "src", "attempts"}
    found = [f"error: {sorted(set(error) ^ wanted)}"] if set(error) != wanted else []
    return found + [
        name for name in ("message", "type", "code", "src") if not isinstance(error.get(name), str)
    ]


def anthropic_error(text: str) -> list[str]:
    """The faults of an error in Anthropic's form."""
    value = json.loads(text)
    error = value.pop("error", {})
    found = [] if value == {"type": "error"} else ["the frame"]
    found += [] if error.get("type") in ANTHROPIC_ERRORS else [f"the type {error.get('type')}"]
    return found + [
        name for name in ("message", "code", "src") if not isinstance(error.get(name), str)
    ]


def models(kind: type, text: str) -> list[str]:
    """The faults of a list of models."""
    value = json.loads(text)
    found = [fault for model in value["data"] for fault in one_model(kind, json.dumps(model))]
    if kind is openai_types.Model:
        return found + ([] if value["object"] == "list" else ["the list's object"])
    ids = [model["id"] for model in value["data"]]
    frame = {"has_more": False, "first_id": ids[0], "last_id": ids[-1]}
    return found + [key for key in frame if value[key] != frame[key]]


def one_model(kind: type, text: str) -> list[str]:
    """The faults of one model of a list."""
    value = json.loads(text)
    origin = value.pop(OWN, {})
    found = faults(value, kind)
    return found if set(origin) == {"sort", "backends"} else [*found, OWN]


def check_of(form: str) -> Callable[[str], list[str]]:
    """What holds for answers of that form."""
    if " error " in form:
        return openai_error if form.startswith("openai") else anthropic_error
    return CHECKS[form]


CHECKS: dict[str, Callable[[str], list[str]]] = {
    "openai whole": openai_whole,
    "openai stream": openai_stream,
    "openai notice": openai_notice,
    "anthropic whole": anthropic_whole,
    "anthropic stream": anthropic_stream,
    "openai models": lambda text: models(openai_types.Model, text),
    "anthropic models": lambda text: models(anthropic_types.ModelInfo, text),
    "openai model": lambda text: one_model(openai_types.Model, text),
    "anthropic model": lambda text: one_model(anthropic_types.ModelInfo, text),
}


def damaged(form: str, text: str) -> Iterator[tuple[str, str]]:
    """The answer with one thing wrong, in many ways."""
    if form.endswith("stream"):
        parts = text.split("\n\n")
        yield "without its end", "\n\n".join([*parts[:-2], ""])
        yield "without its beginning", "\n\n".join(parts[1:])
        for place, part in enumerate(parts[:-1]):
            head, data = part.split("data: ", 1)
            if data != "[DONE]" and "ping" not in head:
                worse = json.dumps(json.loads(data) | {"bogus": 1})
                yield (
                    f"a field in event {place}",
                    "\n\n".join([*parts[:place], f"{head}data: {worse}", *parts[place + 1 :]]),
                )
        return
    if form.endswith(("whole", "model")):
        value = json.loads(text)
        yield "an unknown field", json.dumps({**value, "bogus": 1})
        for key in value.keys() - {"usage", "stop_sequence", OWN}:
            yield f"no {key}", json.dumps({name: value[name] for name in value if name != key})
            yield f"{key} a list", json.dumps({**value, key: [7]})
        for key in ("choices", "content"):
            for place in range(len(value.get(key, []))):
                worse = copy.deepcopy(value)
                worse[key][place]["bogus"] = 1
                yield f"{key}[{place}].bogus", json.dumps(worse)


def main() -> int:
    """Checks the dump; 0 when every answer is accepted and every damaged one rejected."""
    lines = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8").split("\n")[:-1]
    accepted: Counter[str] = Counter()
    bad = rejected = 0
    for line in lines:
        answer = json.loads(line)
        form, text = answer["form"], answer["bytes"]
        check = check_of(form)
        found = check(text)
        if found:
            bad += 1
            print(f"REJECTED {form}, {answer['name']}: {'; '.join(found[:5])}")
            continue
        accepted[form.split(" error")[0]] += 1
        for what, worse in damaged(form, text):
            rejected += 1
            if not safely(check, worse):
                bad += 1
                print(f"ACCEPTED {form}, {answer['name']}, though damaged: {what}")
    print(f"accepted {sum(accepted.values())} answers: {dict(accepted)}")
    print(f"tried {rejected} damaged ones")
    return 1 if bad or not lines else 0


def safely(check: Callable[[str], list[str]], text: str) -> list[str]:
    """The faults of what may be too broken to be looked at."""
    try:
        return check(text)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        return [f"{type(error).__name__}"]


if __name__ == "__main__":
    sys.exit(main())
