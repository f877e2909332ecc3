"""LiteLLM's Router, driven by lines of JSON; run by the Python that it is installed in.

Its caller is in the same process, as a game's would be. Each line of the standard input says what
is wanted (see `cases.library`), and is answered with one line like those of `load.c`.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import litellm

PATIENCE_S = 30
Call = Callable[[], Awaitable[Any]]


class Tally:
    """What became of the calls."""

    def __init__(self) -> None:
        self.took: list[float] = []
        self.warm = 0
        self.errors = 0
        self.ended = 0.0

    async def time(self, call: Call, moment: float, warm_until: float) -> None:
        """One call, counted from its moment."""
        try:
            await call()
        except Exception as error:
            self.errors += 1
            if self.errors == 1:
                print(f"router: first error: {error!r:.500}", file=sys.stderr, flush=True)
            return
        self.ended = time.perf_counter()
        if moment < warm_until:
            self.warm += 1
        else:
            self.took.append(self.ended - moment)

    def quantile(self, share: float) -> float:
        if not self.took:
            return 0.0
        place = min(len(self.took) - 1, int(share * len(self.took)))
        return sorted(self.took)[place] * 1e6

    def said(self, began: float) -> dict[str, float]:
        seconds = max(self.ended - began, 1e-9)
        return {
            "requests": len(self.took),
            "errors": self.errors,
            "lost": 0,
            "seconds": seconds,
            "rps": len(self.took) / seconds,
            "p50_us": self.quantile(0.5),
            "p90_us": self.quantile(0.9),
            "p99_us": self.quantile(0.99),
            "p999_us": self.quantile(0.999),
            "max_us": self.quantile(1),
            "warmup_requests": self.warm,
        }


async def closed(call: Call, wanted: dict[str, Any], tally: Tally) -> float:
    """The next call behind the last, so many at once."""
    began = time.perf_counter()
    warm_until = began + wanted["warm_up"]
    end = warm_until + wanted["seconds"]

    async def one_after_another() -> None:
        is_measured = False  # one at least, however long the warm-up's took
        while (moment := time.perf_counter()) < end or not is_measured:
            await tally.time(call, moment, warm_until)
            is_measured = moment >= warm_until

    await asyncio.gather(*(one_after_another() for _ in range(wanted["window"])))
    return warm_until


async def opened(call: Call, wanted: dict[str, Any], tally: Tally) -> float:
    """So many a second, whatever becomes of them; `window` at once at most."""
    chosen = random.Random(1)
    room = asyncio.Semaphore(wanted["window"])
    moment = time.perf_counter()
    warm_until = moment + wanted["warm_up"]
    end = warm_until + wanted["seconds"]
    tasks = set()

    async def one(moment: float) -> None:
        try:
            await tally.time(call, moment, warm_until)
        finally:
            room.release()

    while moment < end:
        await asyncio.sleep(max(0.0, moment - time.perf_counter()))
        await room.acquire()
        task = asyncio.create_task(one(moment))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        moment += (1 if wanted["is_even"] else chosen.expovariate(1)) / wanted["rate"]
    await asyncio.gather(*tasks)
    return warm_until


def made(base: str, streaming_base: str) -> litellm.Router:
    """A router with one model on each port of the upstream."""
    litellm.telemetry = False
    litellm.suppress_debug_info = True

    def listed(name: str, base: str) -> dict[str, Any]:
        parameters = {"model": "openai/alpha-model", "api_base": base, "api_key": "sk-none"}
        return {"model_name": name, "litellm_params": parameters}

    models = [listed("alpha", base), listed("alpha-stream", streaming_base)]
    return litellm.Router(model_list=models, num_retries=0, timeout=PATIENCE_S)


async def main() -> None:
    router = made(sys.argv[1], sys.argv[2])
    loop = asyncio.get_running_loop()
    # What it does once, with its first call, is not a call's.
    await router.acompletion(model="alpha", messages=[{"role": "user", "content": "begin"}])
    print("ready", flush=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        wanted = json.loads(line)

        async def whole(wanted: dict[str, Any] = wanted) -> None:
            answer = await router.acompletion(model="alpha", messages=wanted["messages"])
            assert answer.choices[0].message.content

        async def streamed(wanted: dict[str, Any] = wanted) -> None:
            pieces = await router.acompletion(
                model="alpha-stream", messages=wanted["messages"], stream=True
            )
            text = "".join([piece.choices[0].delta.content or "" async for piece in pieces])
            assert text

        call = streamed if wanted["is_streamed"] else whole
        tally = Tally()
        run = closed if wanted["rate"] is None else opened
        began = await run(call, wanted, tally)
        print(json.dumps(tally.said(began)), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
