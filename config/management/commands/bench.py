"""manage.py bench JOB ... --cases N [--workers W] [--json]: the product beside the best raw SQL, in one run."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.bench import approve, crowd, queue, scratch, sweep
from config.bench.measure import Result

JOBS = ("approve", "queue", "sweep")


class Command(BaseCommand):
    """Measure jobs on a database of their own."""

    help = "Product and limit side by side: " + ", ".join(JOBS)

    def add_arguments(self, parser: CommandParser) -> None:
        """Several jobs share one data set; workers matter to approve only."""
        parser.add_argument("job", nargs="+", choices=JOBS)
        parser.add_argument("--cases", type=int, default=10_000)
        parser.add_argument("--workers", type=int, nargs="+", default=[1], help="processes that approve at once")
        parser.add_argument("--rounds", type=int, default=15)
        parser.add_argument("--block", type=int, default=20, help="approvals per worker, side and round")
        parser.add_argument("--json", action="store_true", help="one object per job and number of workers")

    def handle(self, **options: Any) -> None:
        """Print a line per result; nothing here fails on a time."""
        rounds, block, workers = options["rounds"], options["block"], options["workers"]
        needed = sum(approve.measured(w, rounds, block) for w in workers) if "approve" in options["job"] else 0
        cases = max(options["cases"], needed)
        with scratch.database():
            made = crowd.build(cases, needed)
            for job in options["job"]:
                for result in self._results(job, made, workers, rounds, block):
                    self.stdout.write(json.dumps(result.as_dict()) if options["json"] else self._line(result))

    def _results(self, job: str, made: crowd.Crowd, workers: list[int], rounds: int, block: int) -> Any:
        if job == "approve":
            return approve.run_all(made, workers=workers, rounds=rounds, block=block)
        return [{"queue": queue, "sweep": sweep}[job].run(made, rounds=rounds)]

    def _line(self, result: Result) -> str:
        head = f"{result.job}: {result.cases:,} cases, {result.workers} workers"
        return f"{head}: product {result.product} ms, limit {result.limit} ms, ratio {result.ratio}  {result.more}"
