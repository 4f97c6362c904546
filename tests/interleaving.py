"""Every interleaving of two clients' statements, one after another, on real connections.

Each client runs in a thread of its own and is stopped before every statement that may take a lock another wants
(INSERT, UPDATE, DELETE, SELECT ... FOR ... UPDATE) and before its COMMIT. A schedule is the order in which they are
let go. `explore` walks the tree of schedules depth first, each on fresh data made by `scene`:

- A client that PostgreSQL makes wait (pg_blocking_pids) cannot be let go until the other has ended its transaction.
- Once a statement has been seen to wait at some point, letting it try later, but still before the other's COMMIT, would
  only make it wait for the same lock again: that branch is pruned.
- A statement on tables the other client does not write commutes with all of the other's statements: no stop there,
  unless PROVE=1 asks for every one (the outcomes are the same, there are only more ways to them).
- With `reads`, plain reads of a table that the other writes are stops too; PROVE=1 adds none to them (a new version of
  a route is 60 inserts that no running case knows of: 45,760 more ways to the same outcomes).
"""

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Condition, Thread
from typing import Any

from django.db import connection, connections

LOCK = re.compile(r"\b(INSERT INTO|UPDATE|DELETE FROM|FOR NO KEY UPDATE|FOR UPDATE|FOR SHARE)\b")
TABLE = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE)\s+(?:ONLY\s+)?\"?([a-z]\w*_\w+)\"?")
EVERY = os.environ.get("PROVE") == "1"
COMMIT, READ, WRITE = "commit", "read", "write"
PATIENCE = 30  # seconds until a client that neither stops, ends nor waits is called stuck
GLANCE = 0.002  # seconds between two looks at pg_blocking_pids while a client has not arrived

Call = Callable[[], Any]
Scene = Callable[[], Sequence[Call]]


@dataclass
class Client:
    """One thread and where it stands: going, stopped (before `at`), waiting (for another's lock), or ended."""

    call: Call
    stops: Callable[[str, str], bool]
    changed: Condition
    standing: str = "going"
    at: str = ""
    pid: int = 0
    freed: int = 0  # how often it gave up locks: commits, rollbacks
    result: Any = None
    touched: set[tuple[str, str]] = field(default_factory=set)  # (read | write, table)
    thread: Thread | None = None

    def start(self) -> "Client":
        """Begin; it comes to its first stop by itself."""
        self.thread = Thread(target=self.run, daemon=True)
        self.thread.start()
        return self

    def run(self) -> None:
        """The thread: a connection of its own, wrapped."""
        mine = connections["default"]
        try:
            mine.ensure_connection()
            self.pid = mine.connection.info.backend_pid
            commit, rollback = mine.commit, mine.rollback
            mine.commit = lambda: self.commit(commit)  # type: ignore[method-assign]
            mine.rollback = lambda: self.free(rollback)  # type: ignore[method-assign]
            with mine.execute_wrapper(self.statement):
                self.result = self.call()
        except Exception as trouble:  # the test looks at what each client got
            self.result = trouble
        finally:
            del mine.commit, mine.rollback
            connections.close_all()
            self.free(lambda: None)
            self.stand("ended")

    def statement(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        """Stop before a statement that matters, then run it."""
        kind = WRITE if LOCK.search(sql) else READ
        tables = set(TABLE.findall(sql))
        self.touched |= {(kind, table) for table in tables}
        if any(self.stops(kind, table) for table in tables):
            self.stop(sql)
        self.freed += sql.startswith("ROLLBACK TO")
        return execute(sql, params, many, context)

    def commit(self, really: Callable[[], None]) -> None:
        """Stop before a COMMIT: only then does the other see, or get, what this one held."""
        if self.stops(COMMIT, ""):
            self.stop(COMMIT)
        self.free(really)

    def free(self, really: Callable[[], None]) -> None:
        """A commit or rollback."""
        really()
        self.freed += 1

    def stop(self, at: str) -> None:
        """Wait to be let go."""
        self.at = at
        self.stand("stopped")
        with self.changed:
            assert self.changed.wait_for(lambda: self.standing == "going", PATIENCE * 4), "the scheduler has gone"

    def stand(self, standing: str) -> None:
        """Tell the scheduler, or be told by it."""
        with self.changed:
            self.standing = standing
            self.changed.notify_all()

    def is_blocked(self) -> bool:
        """Whether PostgreSQL makes this client wait for another's lock."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [self.pid])
            return bool(cursor.fetchone()[0])


@dataclass
class Point:
    """One choice of a schedule: who was let go, who else may be, and who was seen to wait when let go here."""

    chosen: int
    untried: list[int]
    waits: set[int] = field(default_factory=set)


@dataclass
class Explored:
    """What `explore` has done."""

    schedules: int = 0
    waited: int = 0
    pruned: int = 0

    def __str__(self) -> str:
        return f"{self.schedules} schedules, {self.waited} of them with a client waiting; {self.pruned} branches pruned"


def explore(scene: Scene, check: Callable[[Sequence[Any]], None], *, reads: bool = False) -> Explored:
    """Run every schedule of the scene's two clients; `check` gets the clients' results (or exceptions) after each."""
    matters = shared(scene, reads)
    done, path = Explored(), list[Point]()
    while True:
        results = play(scene(), matters, path, done)
        done.schedules += 1
        done.waited += any(point.chosen in point.waits for point in path)
        try:
            check(results)
        except Exception as trouble:
            order = "".join("ab"[point.chosen] for point in path)
            raise AssertionError(f"schedule {order} gave {results!r}: {trouble}") from trouble
        while path and not path[-1].untried:
            path.pop()
        if not path:
            return done
        path[-1].chosen = path[-1].untried.pop(0)


def shared(scene: Scene, reads: bool) -> list[Callable[[str, str], bool]]:
    """For each client: before which statements it has to stop, from what each does when it runs alone."""
    alone = []
    for index in (0, 1):
        client = Client(scene()[index], lambda kind, table: False, Condition()).start()
        assert client.thread
        client.thread.join()
        assert not isinstance(client.result, Exception), client.result
        alone.append(client.touched)
    return [_stops(alone[1], reads), _stops(alone[0], reads)]


def _stops(other: set[tuple[str, str]], reads: bool) -> Callable[[str, str], bool]:
    def stops(kind: str, table: str) -> bool:
        if kind == COMMIT:
            return True
        if kind == WRITE and EVERY and not reads:
            return True
        return (WRITE, table) in other and (reads or kind == WRITE)

    return stops


def play(
    calls: Sequence[Call], matters: Sequence[Callable[[str, str], bool]], path: list[Point], done: Explored
) -> list[Any]:
    """One schedule: the choices of `path`; at each new point the client that did not move last is tried first."""
    changed = Condition()
    clients = [Client(call, stops, changed).start() for call, stops in zip(calls, matters, strict=True)]
    asleep: set[int] = set()  # their statement is known to wait until the other gives up a lock
    depth, last = 0, 1
    while ready := settled(clients):
        if depth == len(path):
            awake = [index for index in ready if index not in asleep] or ready
            done.pruned += len(ready) - len(awake)
            first, *others = sorted(awake, key=lambda index: index == last)
            path.append(Point(first, others))
        point = path[depth]
        depth, last = depth + 1, point.chosen
        asleep |= point.waits - {point.chosen}
        before = sum(client.freed for client in clients)
        clients[point.chosen].stand("going")
        settled(clients)
        if clients[point.chosen].standing == "waiting":
            point.waits.add(point.chosen)
        if sum(client.freed for client in clients) != before:
            asleep.clear()
    return [client.result for client in clients]


def settled(clients: Sequence[Client]) -> list[int]:
    """Wait until every client has stopped, ended, or waits for one that has stopped; returns who can be let go."""
    changed = clients[0].changed
    for _look in range(int(PATIENCE / GLANCE)):
        with changed:
            changed.wait_for(lambda: all(c.standing in ("stopped", "ended") for c in clients), GLANCE)
            moving = [client for client in clients if client.standing not in ("stopped", "ended")]
            ready = [index for index, client in enumerate(clients) if client.standing == "stopped"]
        if not moving or (ready and all(client.is_blocked() for client in moving)):
            for client in moving:
                client.standing = "waiting"
            return ready
    raise AssertionError(f"stuck: {[(client.standing, client.at[:80]) for client in clients]}")
