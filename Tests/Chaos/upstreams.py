"""Upstreams that misbehave over real sockets: one function for each way to do it.

Each gets a `Link`, whose request has been read, and does what it likes with the connection. What it
writes has `MARK` in it wherever it can, so that a test sees when a backend's words got anywhere.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

MARK = "Zephyrine-Quillfeather"
GOOD = "The answer is a quiet harbour at noon."
PATIENCE = 60.0
BLOCK = 64 << 10
GIGABYTES = 10 << 30
TLS_HANDSHAKE = b"\x16"


@dataclass
class Link:
    """One connection with one request on it."""

    sock: socket.socket
    head: bytes
    body: bytes
    gone: threading.Event
    """Set when the server is to end."""

    @property
    def streamed(self) -> bool:
        """Whether the client asked for a stream."""
        with contextlib.suppress(ValueError):
            return bool(json.loads(self.body).get("stream"))
        return False

    def send(self, data: bytes | str) -> None:
        """Sends all of it."""
        self.sock.sendall(data.encode() if isinstance(data, str) else data)

    def hang(self) -> None:
        """Says nothing more until the client goes."""
        self.sock.settimeout(PATIENCE)
        with contextlib.suppress(OSError):
            while self.sock.recv(BLOCK):
                pass

    def reset(self) -> None:
        """Ends the connection with RST instead of FIN."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def drip(self, data: bytes) -> None:
        """A byte a second."""
        for place in range(len(data)):
            self.send(data[place : place + 1])
            if self.gone.wait(1):
                return

    def flood(self, block: bytes, limit: int = GIGABYTES) -> None:
        """The same again and again, until so many bytes are sent or the client is gone."""
        block *= max(1, BLOCK // len(block))
        sent = 0
        while sent < limit and not self.gone.is_set():
            self.sock.sendall(block)
            sent += len(block)


Behaviour = Callable[[Link], None]


def completion(text: str) -> bytes:
    """A whole answer."""
    message = {"role": "assistant", "content": text}
    return json.dumps(
        {
            "id": "c1",
            "object": "chat.completion",
            "model": "m",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18},
        }
    ).encode()


def event(text: str | None, finish: str | None = None) -> bytes:
    """A piece of a streamed answer."""
    delta = {} if text is None else {"content": text}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = {"id": "c1", "object": "chat.completion.chunk", "model": "m", "choices": [choice]}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


def pieces(text: str) -> list[bytes]:
    """A whole stream."""
    words = [word + " " for word in text.split(" ")]
    return [*[event(word) for word in words], event(None, "stop"), b"data: [DONE]\n\n"]


def answer(link: Link, text: str) -> tuple[str, bytes]:
    """The type and the body of a good answer, as it was asked for."""
    if link.streamed:
        return "text/event-stream", b"".join(pieces(text))
    return "application/json", completion(text)


def head(kind: str, *lines: str, status: str = "200 OK") -> bytes:
    """A head without a length."""
    return "\r\n".join([f"HTTP/1.1 {status}", f"Content-Type: {kind}", *lines, "", ""]).encode()


def sized(kind: str, body: bytes, status: str = "200 OK") -> bytes:
    """A head and a body that agree."""
    return head(kind, f"Content-Length: {len(body)}", "Connection: close", status=status) + body


def good(link: Link) -> None:
    """A good answer."""
    link.send(sized(*answer(link, GOOD)))


def beginning(link: Link, lines: tuple[str, ...] = ()) -> None:
    """The head and the first part of a body that promises more."""
    kind, body = answer(link, f"{MARK} says so, and much more besides.")
    length = () if lines else (f"Content-Length: {len(body)}",)
    link.send(head(kind, *length, *lines))
    if not lines:
        link.send(body[: len(body) // 2])


# Before and in the head.


def hang_before_head(link: Link) -> None:
    link.hang()


def close_before_head(link: Link) -> None:
    link.sock.shutdown(socket.SHUT_RDWR)


def reset_before_head(link: Link) -> None:
    link.reset()


def hang_in_head(link: Link) -> None:
    link.send(f"HTTP/1.1 200 OK\r\nX-Said: {MARK}")
    link.hang()


def drip_head(link: Link) -> None:
    link.drip(head("application/json", f"X-Said: {MARK}"))


def close_in_head(link: Link) -> None:
    link.send(f"HTTP/1.1 200 OK\r\nX-Said: {MARK}")


def reset_in_head(link: Link) -> None:
    link.send(f"HTTP/1.1 200 OK\r\nX-Said: {MARK}")
    time.sleep(0.05)
    link.reset()


def endless_header(link: Link) -> None:
    link.send("HTTP/1.1 200 OK\r\nX-Said: ")
    link.flood(MARK.encode())


def endless_headers(link: Link) -> None:
    link.send("HTTP/1.1 200 OK\r\n")
    link.flood(f"X-Said: {MARK}\r\n".encode())


def continue_flood(link: Link) -> None:
    link.flood(f"HTTP/1.1 100 Continue\r\nX-Said: {MARK}\r\n\r\n".encode())


def early_hints_flood(link: Link) -> None:
    link.flood(b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n")


def switching_protocols(link: Link) -> None:
    link.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n")
    link.send(MARK)
    link.hang()


# In the body.


def hang_in_body(link: Link) -> None:
    beginning(link)
    link.hang()


def drip_body(link: Link) -> None:
    kind, body = answer(link, MARK)
    link.send(head(kind, f"Content-Length: {len(body)}"))
    link.drip(body)


def reset_in_body(link: Link) -> None:
    beginning(link)
    time.sleep(0.05)
    link.reset()


def length_too_long(link: Link) -> None:
    beginning(link)


def length_too_short(link: Link) -> None:
    kind, body = answer(link, f"{MARK} says so.")
    link.send(head(kind, f"Content-Length: {len(body) // 2}") + body)


def length_negative(link: Link) -> None:
    link.send(head("application/json", "Content-Length: -5") + completion(MARK))


def length_no_number(link: Link) -> None:
    link.send(head("application/json", "Content-Length: many") + completion(MARK))


def length_beyond_all(link: Link) -> None:
    link.send(head("application/json", f"Content-Length: {10**30}") + completion(MARK))
    link.hang()


def length_of_gigabytes(link: Link) -> None:
    link.send(head("application/json", f"Content-Length: {GIGABYTES}"))
    link.flood(b'{"said": "' + MARK.encode() + b'"}')


def lengths_that_differ(link: Link) -> None:
    link.send(head("application/json", "Content-Length: 5", "Content-Length: 7") + completion(MARK))
    link.hang()


CHUNKED = ("Transfer-Encoding: chunked",)


def chunk_too_short(link: Link) -> None:
    """The size says less than there is."""
    beginning(link, CHUNKED)
    link.send(f"5\r\n{MARK}{MARK}\r\n0\r\n\r\n")


def chunk_too_long(link: Link) -> None:
    """The size says more than there is."""
    beginning(link, CHUNKED)
    link.send(f"ffff\r\n{MARK}\r\n")


def chunk_no_number(link: Link) -> None:
    beginning(link, CHUNKED)
    link.send(f"xyz\r\n{MARK}\r\n0\r\n\r\n")


def chunk_beyond_all(link: Link) -> None:
    beginning(link, CHUNKED)
    link.send(f"{'f' * 40}\r\n{MARK}\r\n0\r\n\r\n")


def chunk_without_end(link: Link) -> None:
    """The last chunk never comes."""
    beginning(link, CHUNKED)
    body = event(MARK) if link.streamed else completion(MARK)
    link.send(f"{len(body):x}\r\n".encode() + body + b"\r\n")
    link.hang()


def chunk_extension_endless(link: Link) -> None:
    beginning(link, CHUNKED)
    link.send("5;said=")
    link.flood(MARK.encode())


def trailers_endless(link: Link) -> None:
    kind, body = answer(link, MARK)
    link.send(head(kind, *CHUNKED))
    link.send(f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n")
    link.flood(f"X-Said: {MARK}\r\n".encode())


# Bodies that are too large.


def endless_body(link: Link) -> None:
    link.send(head(answer(link, "")[0]))
    link.flood(b'{"said": "' + MARK.encode() + b'"}, ')


def endless_line(link: Link) -> None:
    """A hundred megabytes without an end of line."""
    link.send(head("text/event-stream"))
    link.flood(b"data: " + MARK.encode(), 100 << 20)


def endless_words(link: Link) -> None:
    link.send(head("text/event-stream"))
    link.flood(event(MARK))


def endless_comments(link: Link) -> None:
    link.send(head("text/event-stream"))
    while not link.gone.wait(0.05):
        link.send(f": {MARK}\n\n")


def endless_comments_fast(link: Link) -> None:
    link.send(head("text/event-stream"))
    link.flood(f": {MARK}\n\n".encode())


def deep_json(link: Link) -> None:
    body = b'{"choices":' + b"[" * 2_000_000
    link.send(sized("application/json", body))


def gzip_bomb(link: Link) -> None:
    """A gigabyte in a megabyte."""
    link.send(head("application/json", "Content-Encoding: gzip", "Connection: close") + BOMB)


BOMB = gzip.compress(bytes(16 << 20), 9) * 64


# Bodies that are no answer.


def invalid_utf8(link: Link) -> None:
    body = answer(link, "\x01")[1].replace(b"\\u0001", b"\xff\xfe\xc0\xaf" + MARK.encode())
    link.send(sized(answer(link, "")[0], body))


def nul_bytes(link: Link) -> None:
    link.send(sized(answer(link, "")[0], bytes(4096) + MARK.encode()))


def html(link: Link) -> None:
    link.send(sized("text/html", f"<html><title>{MARK}</title></html>".encode()))


def html_of_a_proxy(link: Link) -> None:
    page = f"<html>{MARK}</html>".encode()
    link.send(sized("text/html", page, status="502 Bad Gateway"))


def picture(link: Link) -> None:
    link.send(sized("image/png", b"\x89PNG\r\n\x1a\n" + MARK.encode()))


def empty(link: Link) -> None:
    link.send(sized(answer(link, "")[0], b""))


def half_json(link: Link) -> None:
    link.send(sized("application/json", completion(MARK)[:60]))


def stream_without_end(link: Link) -> None:
    """Closed in good order, but before the event that ends an answer."""
    link.send(head("text/event-stream", "Connection: close") + event(MARK))


def error_in_stream(link: Link) -> None:
    body = f'data: {{"error": {{"message": "{MARK}", "code": 500}}}}\n\n'.encode()
    link.send(head("text/event-stream", "Connection: close") + event(f"{MARK} ") + body)


def error_with_words(link: Link) -> None:
    body = json.dumps({"error": {"message": f"{MARK}\x1b[2J", "type": MARK, "code": MARK}})
    link.send(sized("application/json", body.encode(), status="500 No"))


def no_content(link: Link) -> None:
    link.send("HTTP/1.1 204 No Content\r\n\r\n")


# What is not HTTP, or another one.


def http_0_9(link: Link) -> None:
    link.send(completion(MARK))


def http_2(link: Link) -> None:
    """What an HTTP/2 server says first, to somebody who speaks HTTP/1.1, and noise behind it."""
    link.send(bytes.fromhex("000006040000000000000300000064") + bytes(range(256)) * 64)


def http_9(link: Link) -> None:
    link.send(f"HTTP/9.9 200 {MARK}\r\n\r\n")


def status_0(link: Link) -> None:
    link.send(f"HTTP/1.1 000 {MARK}\r\nContent-Length: 0\r\n\r\n")


def status_999(link: Link) -> None:
    link.send(sized("text/plain", MARK.encode(), status="999 No"))


def noise(link: Link) -> None:
    link.send(bytes(range(255, -1, -1)) * 256)


class TwoAnswers:
    """One answer, and when it is told to, another one that nobody asked for, on the same link."""

    def __init__(self) -> None:
        self.wanted, self.sent = threading.Semaphore(0), threading.Semaphore(0)

    def __call__(self, link: Link) -> None:
        kind, body = answer(link, GOOD)
        link.send(head(kind, f"Content-Length: {len(body)}") + body)
        self.wanted.acquire(timeout=PATIENCE)
        _, body = answer(link, f"{MARK} says so.")
        link.send(head(kind, f"Content-Length: {len(body)}") + body)
        self.sent.release()
        link.hang()


def redirect_to_itself(link: Link) -> None:
    path = link.head.split(b" ")[1].decode()
    link.send(redirect(path))


def redirect_to_a_file(link: Link) -> None:
    link.send(redirect("file:///etc/passwd"))


def redirect(where: str, status: str = "307 Temporary Redirect") -> bytes:
    """A head that sends elsewhere."""
    return head("text/plain", f"Location: {where}", "Content-Length: 0", status=status)


@dataclass
class Upstream:
    """A server on a port of its own whose connections all meet the same behaviour."""

    behaviour: Behaviour
    host: str = "127.0.0.1"
    port: int = 0
    tls: ssl.SSLContext | None = None
    requests: list[tuple[bytes, bytes]] = field(default_factory=list)
    """Head and body of each."""
    connections: int = 0

    def __post_init__(self) -> None:
        self.gone = threading.Event()
        self.links: set[socket.socket] = set()
        self.listener = socket.create_server((self.host, self.port), backlog=128)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """What a configuration calls it."""
        return f"http{'s' if self.tls else ''}://{self.host}:{self.port}/v1"

    def _accept(self) -> None:
        while not self.gone.is_set():
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            self.links.add(sock)
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        raw = sock
        try:
            sock.settimeout(PATIENCE)
            if self.tls:
                sock = self.tls.wrap_socket(sock, server_side=True)
            while (found := self._request(sock)) is not None:
                self.requests.append(found)
                self.behaviour(Link(sock, *found, self.gone))
                if self.behaviour is not good:
                    return
        except OSError:
            return
        finally:
            self.links.discard(raw)
            for each in (sock, raw):
                with contextlib.suppress(OSError):
                    each.close()

    def _request(self, sock: socket.socket) -> tuple[bytes, bytes] | None:
        data = b""
        while b"\r\n\r\n" not in data:
            more = sock.recv(BLOCK)
            if not more:
                return None
            data += more
            if data[:1] == TLS_HANDSHAKE and not self.tls:
                sock.sendall(sized("text/plain", b"", status="400 Bad Request"))
                return None
        top, _, body = data.partition(b"\r\n\r\n")
        length = 0
        for line in top.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        while len(body) < length:
            body += sock.recv(BLOCK)
        return top, body

    def stop(self) -> None:
        """Ends it, and what it has open."""
        self.gone.set()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for sock in list(self.links):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
