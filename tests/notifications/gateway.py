"""A fake gateway: a real HTTP server on loopback that keeps a journal of what it took, and misbehaves as told."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

GOOD = {"errcode": 0, "code": 0, "status": "ok"}


@dataclass
class Taken:
    """One request as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass
class Gateway:
    """`requests` is everything that arrived, `journal` what a person would have received."""

    requests: list[Taken] = field(default_factory=list)
    journal: list[Taken] = field(default_factory=list)
    behaviour: Callable[["Gateway", Taken], tuple[int, Any] | None] = field(default=lambda g, t: g.take(t))
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, taken: Taken) -> tuple[int, Any]:
        """Naive: every request is one message to a person."""
        self.journal.append(taken)
        return 200, GOOD

    def take_once(self, taken: Taken) -> tuple[int, Any]:
        """Idempotent: a repeated key is answered and not delivered again."""
        if taken.headers.get("Idempotency-Key") not in [old.headers.get("Idempotency-Key") for old in self.journal]:
            self.journal.append(taken)
        return 200, GOOD


def naive(gateway: Gateway, taken: Taken) -> tuple[int, Any]:
    """Delivers whatever comes."""
    return gateway.take(taken)


def idempotent(gateway: Gateway, taken: Taken) -> tuple[int, Any]:
    """Knows its keys."""
    return gateway.take_once(taken)


def failing(status: int, answer: Any = "no") -> Callable[[Gateway, Taken], tuple[int, Any]]:
    """Takes nothing and says so."""
    return lambda gateway, taken: (status, answer)


def accept_and_drop(gateway: Gateway, taken: Taken) -> None:
    """Takes the message and hangs up without an answer."""
    gateway.take(taken)


def read_and_drop(gateway: Gateway, taken: Taken) -> None:
    """Reads the request, delivers nothing and hangs up: to the sender the same as accept_and_drop."""


class Slow:
    """Takes the message and answers only when the test is over: the sender's own deadline comes first."""

    def __init__(self) -> None:
        self.over = threading.Event()

    def __call__(self, gateway: Gateway, taken: Taken) -> tuple[int, Any]:
        gateway.take(taken)
        self.over.wait(30)
        return 200, GOOD


class Gate(Slow):
    """Takes messages while it is open; shut, it keeps them in flight until the test opens it: half of them taken
    before the wait and half after it."""

    def __init__(self) -> None:
        super().__init__()
        self.open, self.lock, self.came, self.waiting = threading.Event(), threading.Lock(), 0, 0
        self.shuts_at: int | None = None
        self.open.set()

    def shut_after(self, passing: int) -> None:
        """So many more go through, and the next one shuts it: no poll of a test is fast enough to do that."""
        with self.lock:
            self.shuts_at = self.came + passing

    def let_go(self) -> None:
        """Open, and it stays so."""
        with self.lock:
            self.shuts_at = None
            self.open.set()

    def holds(self) -> bool:
        """Messages are in flight and stay there."""
        return not self.open.is_set() and self.waiting > 0

    def __call__(self, gateway: Gateway, taken: Taken) -> tuple[int, Any]:
        with self.lock:
            if self.came == self.shuts_at:
                self.open.clear()
            self.came, self.waiting = self.came + 1, self.waiting + 1
            first = self.came % 2
        if first:
            gateway.take(taken)
        self.open.wait(60)
        if not first:
            gateway.take(taken)
        with self.lock:
            self.waiting -= 1
        return 200, GOOD


def _handler(gateway: Gateway) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            taken = Taken(self.path, dict(self.headers.items()), body)
            with gateway.lock:
                gateway.requests.append(taken)
                behaviour = gateway.behaviour
            if isinstance(behaviour, Slow):
                answer = behaviour(gateway, taken)
            else:
                with gateway.lock:
                    answer = behaviour(gateway, taken)
            if answer is None:
                self.close_connection = True
                return
            status, document = answer
            text = document.encode() if isinstance(document, str) else json.dumps(document).encode()
            self.send_response(status)
            if status in (301, 302, 307):
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    return Handler


@contextmanager
def running(behaviour: Callable[[Gateway, Taken], tuple[int, Any] | None] = naive) -> Iterator[Gateway]:
    """A gateway on a free port of loopback."""
    gateway = Gateway(behaviour=behaviour)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(gateway))
    server.daemon_threads = True
    gateway.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield gateway
    finally:
        if isinstance(gateway.behaviour, Slow):
            gateway.behaviour.over.set()
        if isinstance(gateway.behaviour, Gate):
            gateway.behaviour.let_go()
        server.shutdown()
        server.server_close()
        thread.join()
