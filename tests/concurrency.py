"""Several clients at once, each with a connection of its own, let go by one barrier."""

from collections.abc import Callable, Sequence
from threading import Barrier, Thread
from typing import Any

from django.db import connections


def together(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run every call in its own thread; returns results or exceptions in the order of the calls."""
    barrier, results = Barrier(len(calls)), [None] * len(calls)

    def run(index: int, call: Callable[[], Any]) -> None:
        try:
            connections["default"].ensure_connection()
            barrier.wait()
            results[index] = call()
        except Exception as trouble:  # the test looks at what each client got
            results[index] = trouble
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
