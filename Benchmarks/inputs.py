"""What is asked: the tasks, as lines for `load.c` and as bodies for `direct.c` and its like.

No task is held back or changed by the guard: the words are ordinary ones.
"""

from __future__ import annotations

import json
import random
from pathlib import Path

import rig

SHORT, KILOBYTE, LARGE = "short", "1 KB", "64 KB"
SIZES = {SHORT: 0, KILOBYTE: 1024, LARGE: 65536}
SYSTEM = "Answer the task in plain text. Be brief. Do not ask questions back."
# Who, what they do, to what, and how.
PARTS = """
the baker,the clerk,a carpenter,the old ferry,our neighbour,the gardener,a young teacher,
the weather,the committee,this recipe,the library,a second report,the train,the council

waits for,measures,repairs,remembers,describes,counts,carries,paints,follows,compares,
borrows,sorts,replaces,finds

the wooden table,a list of the prices,the bridge over the river,two bags of flour,the letter,
an empty bottle,the map of the valley,every broken chair,the results of the spring,a rope,
the yellow boat,the noise in the kitchen,the plan for the garden,the accounts

before noon,although it rains,because nobody else does,with great care,in the same order,
when the market closes,for the third time,without a word,as it was agreed,on most days
"""


def prose(size: int) -> str:
    """Plain sentences of about so many bytes; always the same."""
    chosen = random.Random(size)
    parts = [part.replace("\n", "").split(",") for part in PARTS.split("\n\n")]
    text = ""
    while len(text) < size:
        words = (chosen.choice(part) for part in parts)
        sentence = " ".join(words)
        text += f"{sentence[0].upper()}{sentence[1:]}. "
    return text[:size].rstrip()


def task(size: str, address: str = "") -> str:
    """What is asked of the persona at this address; `{id}` makes it different each time."""
    short = "name a colour for door {id}"
    if not SIZES[size]:
        return address + short
    head = f"{address}{short} of the house in this story: "
    return head + prose(SIZES[size] - len(head))


def request(kind: str) -> rig.Json:
    """One to try by hand: `route`, `think` or `stream`."""
    params = params_of(kind, SHORT)
    return {
        "method": method_of(kind),
        "params": params | {"task": params["task"].replace("{id}", "1")},
    }


def method_of(kind: str) -> str:
    return "route" if kind == "route" else "think"


def params_of(kind: str, size: str) -> rig.Json:
    if kind == "route":
        return {"task": "list the files in this room, shelf {id}"}
    params: rig.Json = {"task": task(size, "Timmy, ")}
    return params | {"stream": True} if kind == "stream" else params


def line_path(folder: Path, kind: str, size: str = SHORT) -> Path:
    """The template of a request over the socket, made when it is not there."""
    path = folder / f"{kind}-{size.replace(' ', '')}.line"
    if not path.exists():
        rest = json.dumps({"method": method_of(kind), "params": params_of(kind, size)})[1:]
        path.write_text('{"jsonrpc": "2.0", "id": {id}, ' + rest + "\n")
    return path


def messages(size: str) -> list[rig.Json]:
    """About what the daemon sends to its backend."""
    return [
        {"role": "system", "content": SYSTEM},
        {"role": "user", "content": task(size).replace("{id}", "1")},
    ]


def body_path(
    folder: Path, name: str, model: str, size: str = SHORT, is_streamed: bool = False
) -> Path:
    """The body of a request over HTTP, made when it is not there."""
    kind = "stream" if is_streamed else "whole"
    path = folder / f"{name}-{kind}-{size.replace(' ', '')}.body"
    body: rig.Json = {"model": model, "messages": messages(size), "stream": is_streamed}
    if is_streamed:
        body["stream_options"] = {"include_usage": True}
    path.write_text(json.dumps(body, separators=(",", ":")))
    return path
