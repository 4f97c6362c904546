"""The queue page of somebody who holds a tenth of all open work: its SQL beside a raw page and a capped count."""

import re
from functools import cache, partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from django.db import connection
from django.test import Client

from config.bench import world
from config.bench.crowd import Crowd
from config.bench.measure import Result, Times, alternate, timed

LIMIT = Path(__file__).with_name("queue.sql")
ADDRESS = "/queue/"
PAGES = ("page", "page by posts")  # which is quicker differs with the size: the quicker one is the limit


def run(made: Crowd, *, rounds: int) -> Result:
    """`product` is what the list and its counts take in the database (which steps, their rows, five tabs, four
    lights); `sql_ms` all statements of the page, session and frame included; `http_ms` the page as the handler answers
    it."""
    client = Client(raise_request_exception=True)
    client.force_login(made.county.queue_user)
    page = Page(client)
    limits: dict[str, list[float]] = {form: [] for form in PAGES}
    alternate(page.statements, lambda: _by_both(made, limits), rounds)
    best = min(limits.values(), key=lambda found: median(found[1:]))
    lists, sql, http, limit = (
        Times(found[1:], found[1:]) for found in (page.lists, page.sql, page.whole, best)
    )  # warming up left out
    more = {"unit": "one page", "statements": page.number, "http_ms": http.summary(), "sql_ms": sql.summary()}
    more |= {"product_ms": lists.summary(), "limit_ms": limit.summary()}
    return Result("queue", made.cases, 1, round(lists.typical, 3), round(limit.typical, 3), more)


class Page:
    """The page through Django's handler, with the time its statements took."""

    def __init__(self, client: Client) -> None:
        self.client, self.number = client, 0
        self.lists: list[float] = []
        self.sql: list[float] = []
        self.whole: list[float] = []

    def statements(self) -> None:
        """Ask for the page once."""
        spent: list[tuple[float, bool]] = []

        def clocked(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            begin = perf_counter()
            try:
                return execute(sql, params, many, context)
            finally:
                spent.append(((perf_counter() - begin) * 1000, _of_list(sql)))

        with connection.execute_wrapper(clocked):
            self.whole.append(timed(self._get))
        self.lists.append(sum(took for took, of_list in spent if of_list))
        self.sql.append(sum(took for took, _of_list in spent))
        self.number = len(spent)

    def _get(self) -> None:
        answer = self.client.get(ADDRESS, headers={"accept-language": "zh-hans"})
        assert answer.status_code == 200 and answer.content.count(b"/cases/B"), (
            answer.status_code,
            answer.headers.get("Location"),
        )


def _of_list(sql: str) -> bool:
    """The list's own statements: which steps, the rows of steps, cases and units, the counts of tabs and lights. Who
    did what on these cases (four eyes on each line) is a question the limit does not ask: it is in `sql_ms`."""
    tables = ("workflow_step ", '"workflow_step"', '"agreements_agreement"', '"workflow_unit"."id" IN')
    return any(name in sql for name in tables) and "workflow_notice" not in sql and "workflow_decision" not in sql


def _by_both(made: Crowd, limits: dict[str, list[float]]) -> None:
    for form, took in limits.items():
        took.append(timed(partial(by_limit, made, form)))


def by_limit(made: Crowd, form: str) -> tuple[list[Any], int]:
    """The two raw statements."""
    asked: dict[str, Any] = {
        "unit": made.county.units[world.town_code(0)].pk,
        "roles": ["town_reviewer", "vice_leader"],
    }
    with connection.cursor() as cursor:
        cursor.execute(_parts()[form], asked)
        rows = cursor.fetchall()
        cursor.execute(_parts()["count"], asked)
        return rows, cursor.fetchone()[0]


@cache
def _parts() -> dict[str, str]:
    """The statements of queue.sql by name."""
    named = re.split(r"^-- (page|page by posts|count)\n", LIMIT.read_text(encoding="utf-8"), flags=re.M)
    return dict(zip(named[1::2], named[2::2], strict=True))
