"""Holds every request that the bridge can send against the vendors' own types; see README.md.

usage: strict.py DUMP     one request a line, as Tests/RoutingTests/WireDumpTests.swift writes it
"""

from __future__ import annotations

import copy
import json
import pathlib
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any, Required, TypedDict

import rules
import typed
from anthropic.types import message_create_params as anthropic_types
from google.genai import types as google_types
from ollama import _types as ollama_types
from openai.types.chat import completion_create_params as openai_types

Body = dict[str, Any]


class GoogleRequest(TypedDict, total=False):
    """The body of generateContent: the SDK has only its parts."""

    contents: Required[list[google_types.Content]]
    systemInstruction: google_types.Content
    generationConfig: google_types.GenerationConfig
    tools: list[google_types.Tool]


#: The headers that a request may have besides the key's, with their values.
CONSTANT = {"User-Agent": "workshop", "Accept": "*/*", "Content-Type": "application/json"}
#: The header of the key, by format; Anthropic's list of models has its own behind each.
KEYS = {
    "openai-chat": {"Authorization": "Bearer sk-7"},
    "anthropic-messages": {"x-api-key": "sk-7", "anthropic-version": "2023-06-01"},
    "gemini-generate": {"x-goog-api-key": "sk-7"},
    "ollama-chat": {"Authorization": "Bearer sk-7"},
    "dumb-pipe": {"Authorization": "Bearer sk-7"},
}
#: Where requests go, behind the base URL.
PATHS = {
    "openai-chat": ["/chat/completions"],
    "anthropic-messages": ["/messages"],
    "gemini-generate": [
        f"/models/{model}:{verb}"
        for model in ("gemini-3-pro", "other-2")
        for verb in ("generateContent", "streamGenerateContent?alt=sse")
    ],
    "ollama-chat": ["/api/chat"],
    "dumb-pipe": ["/execute"],
}
#: Words that would tell who asks.
TELLING = (
    '"user":',
    "user_id",
    "metadata",
    "safety_identifier",
    "prompt_cache_key",
    "sk-7",
    "toolu_",
)
#: Ollama's server reads these two; its SDK does not know them yet.
OLLAMA_NEWER = {"truncate": False, "shift": False}
OPENROUTER = {"openrouter": {"data_collection": "deny"}}
OPENROUTER["openrouter-zdr"] = OPENROUTER["openrouter"] | {"zdr": True}


def openai(body: Body, provider: str) -> list[str]:
    """The faults of a request in OpenAI's format."""
    body = copy.deepcopy(body)
    found = []
    if provider in OPENROUTER and body.pop("provider", None) != OPENROUTER[provider]:
        found.append("OpenRouter is not told to keep nothing")
    if provider == "openai" and body.get("store") is not False:
        found.append("OpenAI is not told to keep nothing")
    for message in body["messages"] if isinstance(body.get("messages"), list) else []:
        parts = message.get("content") if isinstance(message, dict) else None
        if isinstance(parts, list) and provider in {
            "openrouter",
            "openrouter-zdr",
            "vllm",
            "moonshot",
        }:
            message["content"] = [part for part in parts if part.get("type") != "video_url"]
    kind = (
        openai_types.CompletionCreateParamsStreaming
        if body.get("stream") is True
        else openai_types.CompletionCreateParamsNonStreaming
    )
    found += typed.faults(body, kind)
    return found or rules.openai(body)


def anthropic(body: Body, provider: str) -> list[str]:
    """The faults of a request in Anthropic's format."""
    kind = (
        anthropic_types.MessageCreateParamsStreaming
        if body.get("stream") is True
        else anthropic_types.MessageCreateParamsNonStreaming
    )
    return typed.faults(body, kind) or rules.anthropic(body)


def gemini(body: Body, provider: str) -> list[str]:
    """The faults of a request in Google's format."""
    return typed.faults(body, GoogleRequest) or rules.gemini(body)


def ollama(body: Body, provider: str) -> list[str]:
    """The faults of a request in Ollama's format."""
    if not isinstance(body.get("messages"), list):
        return ["messages: is no list"]
    rest = {key: value for key, value in body.items() if key not in OLLAMA_NEWER}
    found = [key for key, value in OLLAMA_NEWER.items() if body.get(key) is not value]
    found += typed.faults(rest, ollama_types.ChatRequest)
    found += typed.faults(rest.get("options"), ollama_types.Options, ".options")
    # The SDK lets any mapping pass for a message or a tool; these are what it means.
    for message in rest.get("messages") or []:
        images = message.get("images", [])
        found += [f"an image: {image[:8]}" for image in images if not typed.is_base64(image)]
        rest_of_it = {key: message[key] for key in message if key != "images"}
        found += typed.faults(rest_of_it, ollama_types.Message, ".messages")
    for tool in rest.get("tools", []):
        found += typed.faults(tool, ollama_types.Tool, ".tools")
    return found or rules.ollama(rest)


def pipe(body: Body, provider: str) -> list[str]:
    """The faults of a request to a dumb pipe."""
    return rules.pipe(body)


CHECKS = {
    "openai-chat": openai,
    "anthropic-messages": anthropic,
    "gemini-generate": gemini,
    "ollama-chat": ollama,
    "dumb-pipe": pipe,
}


def envelope(request: dict[str, Any]) -> list[str]:
    """The faults of method, URL and headers."""
    wire, provider = request["wire"], request["provider"]
    isolated = provider == "anthropic" and request["method"] == "GET"
    expected = CONSTANT | KEYS["anthropic-messages" if isolated else wire]
    headers = dict(request["headers"])
    found = [f"header {name}" for name in headers if headers[name] != expected.get(name)]
    found += [f"no header {name}" for name in expected.keys() - headers.keys() - {"Content-Type"}]
    if "sk-7" in request["url"]:
        found.append("the key in the URL")
    if request["method"] == "POST":
        path = request["url"].removeprefix("http://one.test/v1")
        found += [] if path in PATHS[wire] else [f"the path {path}"]
        found += [] if "Content-Type" in headers else ["no Content-Type"]
        found += [f"{word} in the body" for word in TELLING if word in request["body"]]
    elif request["body"]:
        found.append("a body")
    return found


def damaged(value: Any) -> Iterator[tuple[str, Any]]:
    """The body with one thing wrong, in many ways."""
    yield "an unknown field", {**value, "bogus": 1}
    for key in value:
        if key not in {"stream", "truncate", "shift", "generationConfig", "stop", "store", "tools"}:
            yield f"{key} a number", {**value, key: 7.5}
        if key in {"model", "max_tokens", "messages", "contents", "prompt", "model_config"}:
            yield f"no {key}", {name: value[name] for name in value if name != key}
    for key in {"messages", "contents"} & value.keys():
        for position, message in enumerate(value[key]):
            for name, bad in {"role": "robot", "bogus": "x"}.items():
                messages = copy.deepcopy(value[key])
                messages[position] = {**message, name: bad}
                yield f"{key}[{position}].{name}", {**value, key: messages}


def main() -> int:
    """Checks the dump; 0 when every request is accepted and every damaged one rejected."""
    lines = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    accepted: Counter[str] = Counter()
    bad = rejected = 0
    for line in lines:
        request = json.loads(line)
        label = f"{request['wire']} {request['provider']} {request['name']}"
        found = envelope(request)
        check = CHECKS[request["wire"]]
        body = json.loads(request["body"]) if request["body"] else None
        if body is not None:
            found += check(body, request["provider"])
        if found:
            bad += 1
            print(f"REJECTED {label}: {'; '.join(found[:5])}")
            continue
        accepted[request["wire"]] += 1
        for what, worse in damaged(body) if body is not None else ():
            # Only Anthropic insists on it.
            if what == "no max_tokens" and request["wire"] != "anthropic-messages":
                continue
            rejected += 1
            if not check(worse, request["provider"]):
                bad += 1
                print(f"ACCEPTED {label}, though damaged: {what}")
    print(f"accepted {sum(accepted.values())} requests: {dict(accepted)}")
    print(f"tried {rejected} damaged ones")
    return 1 if bad or not lines else 0


if __name__ == "__main__":
    sys.exit(main())
