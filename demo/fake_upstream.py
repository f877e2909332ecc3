"""A stand-in for a language model's server: OpenAI-compatible, scriptable, honest about itself.

    python3 fake_upstream.py --port 0 --model stand-in

prints its port and serves on 127.0.0.1: `GET /v1/models`, `GET /health`,
`POST /v1/chat/completions` (whole and streamed). `POST /__control` takes a JSON list of
behaviours for the next requests (see `Behaviour`) and replaces what is left of the last one;
`GET /__log` gives back every request, byte for byte; `DELETE /__log` forgets them.

As a library: `FakeUpstream` runs the same server in a thread.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from upstream.behaviour import Behaviour, Request
from upstream.connection import Server


class FakeUpstream:
    """The server in a thread of its own; `start` and `stop` may alternate, the port stays."""

    def __init__(
        self,
        models: Iterable[str] = ("stand-in",),
        port: int = 0,
        key: str | None = None,
        log_limit: int = 10_000,
    ) -> None:
        self.port = port
        self.server = Server(models, key, log_limit)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The base URL, for a configuration."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def log(self) -> list[Request]:
        """Every request so far, the oldest first."""
        with self.server.changed:
            return list(self.server.log)

    def chats(self) -> list[Request]:
        """Every request for a completion so far."""
        return [entry for entry in self.log if entry.path == "/v1/chat/completions"]

    def script(self, *behaviours: Behaviour) -> None:
        """What to do with the next requests; replaces what was left of the last script."""
        self.server.script = list(behaviours)

    def forget(self) -> None:
        """Empties the log and the script."""
        with self.server.changed:
            self.server.log.clear()
        self.server.script = []

    def wait_for(self, happened: Callable[[list[Request]], bool], timeout: float = 10) -> None:
        """Waits until the log of completions is as wanted.

        Raises:
            TimeoutError: if it is not within that many seconds.
        """
        with self.server.changed:
            if not self.server.changed.wait_for(lambda: happened(self.chats()), timeout):
                raise TimeoutError(f"not seen within {timeout} s by the upstream on {self.port}")

    def start(self) -> FakeUpstream:
        """Listens on the port, unless it does already; returns when it does."""
        if self._thread and self._thread.is_alive():
            return self
        ready: list[BaseException | None] = []
        known = threading.Event()

        def run() -> None:
            asyncio.run(self._main(lambda error: (ready.append(error), known.set())))

        self._thread = threading.Thread(target=run, name="fake-upstream", daemon=True)
        self._thread.start()
        known.wait()
        if ready[0] is not None:
            self._thread.join()
            raise ready[0]
        return self

    async def _main(self, report: Callable[[BaseException | None], object]) -> None:
        try:
            listener = await asyncio.start_server(
                self.server.serve, "127.0.0.1", self.port, backlog=1024
            )
        except OSError as error:
            report(error)
            return
        self.port = listener.sockets[0].getsockname()[1]
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        report(None)
        await self._end.wait()
        listener.close()
        for task in list(self.server.connections):
            task.cancel()
        await asyncio.gather(*self.server.connections, return_exceptions=True)

    def stop(self) -> None:
        """Closes the port and every connection; returns when that is done."""
        if self._thread and self._thread.is_alive() and self._loop:
            self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join()
        self._thread = None

    def __enter__(self) -> FakeUpstream:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="a stand-in for a language model's server")
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one and prints it")
    parser.add_argument("--port-file", type=Path, help="write the port here too")
    parser.add_argument("--model", action="append", help="a model to offer; may be repeated")
    parser.add_argument("--key", help="the only key that is accepted")
    parser.add_argument("--log-limit", type=int, default=10_000, help="requests to remember")
    args = parser.parse_args()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    upstream = FakeUpstream(args.model or ("stand-in",), args.port, args.key, args.log_limit)
    try:
        upstream.start()
    except OSError as error:
        print(f"cannot listen on port {args.port}: {error.strerror}", file=sys.stderr)
        return 1
    print(upstream.port, flush=True)
    if args.port_file:
        args.port_file.write_text(f"{upstream.port}\n")
    ended.wait()
    upstream.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
