"""Product and limit interleaved in the same run: rounds of both, in changing order, by any number of processes."""

import multiprocessing
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any

from django.db import connections

Work = Callable[[int], None]  # one operation; the number says on which of the prepared items


@dataclass
class Result:
    """One line of a benchmark. Times are milliseconds, medians over rounds of the time one operation took."""

    job: str
    cases: int
    workers: int
    product: float
    limit: float
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        """Time of the product / time of the limit."""
        return round(self.product / self.limit, 2)

    def as_dict(self) -> dict[str, Any]:
        """What --json prints."""
        return {name: value for name, value in asdict(self).items() if name != "more"} | {
            "ratio": self.ratio,
            **self.more,
        }


@dataclass
class Times:
    """Milliseconds of one side: per operation, and per round (wall time over operations of all workers)."""

    each: list[float] = field(default_factory=list)
    rounds: list[float] = field(default_factory=list)

    @property
    def typical(self) -> float:
        """Median over rounds."""
        return median(self.rounds)

    def summary(self) -> dict[str, float]:
        """p50 and p95 of one operation as its caller sees it, and how many a second."""
        ordered = sorted(self.each)
        return {
            "p50": round(median(ordered), 3),
            "p95": round(ordered[int(len(ordered) * 0.95)], 3),
            "per_second": round(1000 / self.typical, 1),
        }


def timed(call: Callable[[], Any]) -> float:
    """Milliseconds of one call."""
    begin = perf_counter()
    call()
    return (perf_counter() - begin) * 1000


def alternate(product: Callable[[], Any], limit: Callable[[], Any], rounds: int) -> tuple[Times, Times]:
    """Both in turn in this process, the one that begins changing from round to round; the first round only warms up."""
    sides = (Times(), Times())
    for number in range(rounds + 1):
        for side in (0, 1) if number % 2 else (1, 0):
            took = timed((product, limit)[side])
            if number:
                sides[side].each.append(took)
                sides[side].rounds.append(took)
    return sides


def together(product: Work, limit: Work, *, workers: int, rounds: int, block: int) -> tuple[Times, Times]:
    """Rounds of `block` operations per worker process and side, all workers of a round let go together.

    Item numbers never repeat: side, round, worker and operation each have their own.
    """
    context = multiprocessing.get_context("fork")
    connections.close_all()
    barrier, results = context.Barrier(workers), context.Queue()
    arguments = ((product, limit), workers, rounds, block, barrier, results)
    processes = [context.Process(target=_worker, args=(number, *arguments)) for number in range(workers)]
    for process in processes:
        process.start()
    told = [results.get() for _process in processes]
    for process in processes:
        process.join()
    if failed := [text for text in told if isinstance(text, str)]:
        raise RuntimeError(failed[0])
    return _joined(told, 0, workers, block), _joined(told, 1, workers, block)


def _joined(told: Sequence[Any], side: int, workers: int, block: int) -> Times:
    """Rounds of all workers: from the first that began to the last that was ready."""
    per_round = zip(*(spans for spans, _each in (worker[side] for worker in told)), strict=True)
    walls = [max(end for _begin, end in spans) - min(begin for begin, _end in spans) for spans in per_round]
    each = [took for worker in told for took in worker[side][1]]
    return Times(each, [wall * 1000 / (workers * block) for wall in walls])


def _worker(
    number: int, calls: tuple[Work, Work], workers: int, rounds: int, block: int, barrier: Any, out: Any
) -> None:
    sides: tuple[Any, Any] = (([], []), ([], []))
    try:
        for turn in range(rounds + 1):  # the first round only warms up
            for side in (0, 1) if turn % 2 else (1, 0):
                first = ((turn * 2 + side) * workers + number) * block
                barrier.wait(60)
                begin = perf_counter()
                each = [timed(partial(calls[side], item)) for item in range(first, first + block)]
                if turn:
                    sides[side][0].append((begin, perf_counter()))
                    sides[side][1].extend(each)
        out.put(sides)
    except Exception as trouble:
        barrier.abort()
        out.put(f"worker {number}: {trouble!r}")
    finally:
        connections.close_all()
