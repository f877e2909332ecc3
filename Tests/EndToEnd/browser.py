"""A player in a real browser: headless Chromium, driven by its DevTools protocol over two pipes.

The page comes from the game as it is. What it loads from elsewhere on the web comes from
`libraries`, and nothing else is reached.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import json
import os
import re
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import libraries
from player import NotSeen, Player

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    *("--headless=new", "--remote-debugging-pipe", "--no-first-run", "--disable-gpu"),
    *("--disable-dev-shm-usage", "--disable-extensions", "--disable-background-networking"),
    *("--hide-scrollbars", "--force-color-profile=srgb", "--lang=en-US"),
    # a page that was handed over here comes from nowhere, and may open no local web socket else
    "--disable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
PATIENCE = 20.0
BLOCK = 1 << 16
INTEGRITY = re.compile(rb'\s(?:integrity|crossorigin)="[^"]*"')  # the stand-ins have other digests

SHOWN = """(() => {
    const shown = document.getElementById("messagewindow");
    if (!shown) { return ""; }
    const at = window.shownUpTo || 0;
    window.shownUpTo = shown.children.length;
    return Array.from(shown.children).slice(at).map((child) => child.innerText + "\\n").join("");
})()"""
FOCUS = """(() => {
    const fields = document.querySelectorAll(".inputfield, #inputfield");
    const field = Array.from(fields).find((one) => one.offsetParent);
    if (field) { field.focus(); }
    return Boolean(field);
})()"""
ENTER = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13}


class BrowserError(RuntimeError):
    """The browser could not do what it was told."""


class Browser:
    """One Chromium with a page.

    Attributes:
        without: lines of the client's page in which this is found are left out.
        problems: what was thrown in the page, and what dialogs it opened.
        refused: addresses that the page wanted, and that nothing here stands for.
        logged: errors that the browser itself has put into the console.
        requested: addresses that the page asked for, once `Network.enable` is called.
    """

    def __init__(self, env: dict[str, str], size: tuple[int, int] = (1280, 800)) -> None:
        """Starts it; `env` is added to its environment.

        Raises:
            BrowserError: if there is none; `scripts/install-deps.sh` installs it.
        """
        program = next(filter(None, map(shutil.which, CHROMIUM)), None)
        if program is None:
            raise BrowserError("no chromium here: run scripts/install-deps.sh")
        self.profile = tempfile.mkdtemp(prefix="browser-")
        flags = [*FLAGS, f"--user-data-dir={self.profile}", f"--window-size={size[0]},{size[1]}"]
        if os.geteuid() == 0:
            flags.append("--no-sandbox")  # it refuses root otherwise
        to_read, self._write = _pipe()
        self._read, to_write = _pipe()
        # its ends of the pipes have to be its files 3 and 4
        wire = f'exec "$@" 3<&{to_read} 4>&{to_write} {to_read}<&- {to_write}>&-'
        self.process = subprocess.Popen(
            ["bash", "-c", wire, "browser", program, *flags, "about:blank"],
            pass_fds=(to_read, to_write),
            env={**os.environ, **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_read)
        os.close(to_write)
        self.without: re.Pattern[bytes] | None = None
        self.problems: list[str] = []
        self.refused: list[str] = []
        self.logged: list[str] = []
        self.requested: list[str] = []
        self._buffer = b""
        self._last = 0
        self._answers: dict[int, dict[str, Any]] = {}
        self._session = ""
        self._attach()

    def _attach(self) -> None:
        pages = self.call("Target.getTargets")["targetInfos"]
        target = next(page["targetId"] for page in pages if page["type"] == "page")
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")
        page = {"urlPattern": "http://*/webclient/", "requestStage": "Response"}
        self.call("Fetch.enable", patterns=[page, {"urlPattern": "https://*"}])

    # the protocol

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Asks, and waits for the answer."""
        number = self._post(method, params)
        if not self._pump(lambda: number in self._answers, PATIENCE):
            raise BrowserError(f"no answer to {method} within {PATIENCE} s")
        answer = self._answers.pop(number)
        if "error" in answer:
            raise BrowserError(f"{method}: {answer['error'].get('message')}")
        return answer["result"]

    def _post(self, method: str, params: dict[str, Any]) -> int:
        self._last += 1
        message: dict[str, Any] = {"id": self._last, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._write, data) :]
        return self._last

    def _pump(self, enough: Callable[[], bool], patience: float) -> bool:
        """Takes messages until there are enough; False if there are not in that many seconds."""
        end = time.monotonic() + patience
        while not enough():
            left = end - time.monotonic()
            if left <= 0 or not select.select([self._read], [], [], left)[0]:
                return enough()
            data = os.read(self._read, BLOCK)
            if not data:
                raise BrowserError(f"the browser has ended ({self.process.poll()})")
            *whole, self._buffer = (self._buffer + data).split(b"\0")
            for line in whole:
                self._take(json.loads(line))
        return True

    def _take(self, message: dict[str, Any]) -> None:
        if "id" in message:
            self._answers[message["id"]] = message
            return
        params = message["params"]
        match message["method"]:
            case "Fetch.requestPaused" if "responseStatusCode" in params:
                self._page_paused(params["requestId"])
            case "Fetch.requestPaused":
                self._fetch_paused(params["requestId"], params["request"]["url"])
            case "Runtime.exceptionThrown":
                details = params["exceptionDetails"]
                thrown = details.get("exception", {}).get("description", "")
                self.problems.append(f"{details.get('url')}: {details['text']} {thrown}")
            case "Log.entryAdded" if params["entry"]["level"] in ("error", "warning"):
                self.logged.append(f"{params['entry'].get('url')}: {params['entry']['text']}")
            case "Network.requestWillBeSent":
                self.requested.append(params["request"]["url"])
            case "Page.javascriptDialogOpening":
                self.problems.append(f"a dialog: {params['message']}")
                self._post("Page.handleJavaScriptDialog", {"accept": False})

    def _page_paused(self, request: str) -> None:
        number = self._post("Fetch.getResponseBody", {"requestId": request})
        self._pump(lambda: number in self._answers, PATIENCE)
        body = base64.b64decode(self._answers.pop(number)["result"]["body"])
        if self.without:
            lines = body.splitlines(keepends=True)
            body = b"".join(line for line in lines if not self.without.search(line))
        self._fulfil(request, INTEGRITY.sub(b"", body), "text/html; charset=utf-8")

    def _fetch_paused(self, request: str, url: str) -> None:
        found = libraries.find(url)
        if found is None:
            self.refused.append(url)
            self._post(
                "Fetch.failRequest", {"requestId": request, "errorReason": "AddressUnreachable"}
            )
        else:
            self._fulfil(request, *found)

    def _fulfil(self, request: str, body: bytes, kind: str) -> None:
        headers = [{"name": "Content-Type", "value": kind}]
        answer = {"requestId": request, "responseCode": 200, "responseHeaders": headers}
        self._post("Fetch.fulfillRequest", {**answer, "body": base64.b64encode(body).decode()})

    # the page

    def open(self, url: str) -> None:
        """Goes to a page."""
        self.call("Page.navigate", url=url)

    def run(self, script: str) -> Any:
        """The value of an expression in the page.

        Raises:
            BrowserError: if it throws.
        """
        done = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in done:
            raise BrowserError(json.dumps(done["exceptionDetails"].get("exception", {}))[:500])
        return done["result"].get("value")

    def wait_for(self, script: str, patience: float = PATIENCE) -> None:
        """Waits until an expression in the page is true, looking again and again.

        Raises:
            NotSeen: if it is not in that many seconds.
        """
        end, value = time.monotonic() + patience, None
        while True:
            with contextlib.suppress(BrowserError):  # the page may not be that far
                value = self.run(f"Boolean({script})")
            if value:
                return
            if time.monotonic() > end:
                raise NotSeen(f"never true: {script}; {self.problems}")
            self.pause(0.05)

    def pause(self, seconds: float) -> None:
        """Lets the page go on for a moment."""
        self._pump(lambda: False, seconds)

    def press(self, **key: Any) -> None:
        """One key, down and up."""
        self.call("Input.dispatchKeyEvent", type="keyDown", **key)
        self.call("Input.dispatchKeyEvent", type="keyUp", **key)

    def screenshot(self, path: Path) -> None:
        """What can be seen, as a PNG."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))

    def close(self) -> None:
        """Ends it, and removes what it has kept."""
        for end in (self._write, self._read):
            with contextlib.suppress(OSError):
                os.close(end)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)


class BrowserPlayer(Player):
    """A player at the web client in a browser: types into its line, and reads its window."""

    def __init__(self, browser: Browser, url: str) -> None:
        """Opens the client's page, and waits until it is ready for a player to log in."""
        super().__init__()
        self.browser, self.url = browser, url
        self.open()

    def open(self) -> None:
        """Opens the page, again if need be."""
        self.browser.open(self.url)
        self.browser.wait_for("window.Evennia && Evennia.initialized && Evennia.isConnected()")
        self.browser.wait_for(FOCUS)

    def send(self, line: str) -> None:
        self.browser.wait_for(FOCUS)
        self.browser.call("Input.insertText", text=line)
        self.browser.press(**ENTER, text="\r")

    def receive(self, timeout: float) -> str:
        end = time.monotonic() + timeout
        while not (shown := self.browser.run(SHOWN)):
            if time.monotonic() > end:
                return ""
            self.browser.pause(0.05)
        return shown

    def close(self) -> None:
        self.browser.close()


def _pipe() -> tuple[int, int]:
    """A pipe whose numbers are not those that the browser's files have to have."""
    ends = os.pipe()
    high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends]
    for end in ends:
        os.close(end)
    return high[0], high[1]
