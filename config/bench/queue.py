"""The queue page of somebody who holds a tenth of all open work: its SQL beside a raw page and a capped count."""

from pathlib import Path
from time import perf_counter
from typing import Any

from django.db import connection
from django.test import Client

from config.bench import world
from config.bench.crowd import Crowd
from config.bench.measure import Result, Times, alternate, timed

LIMIT = Path(__file__).with_name("queue.sql")
ADDRESS = "/queue/"


def run(made: Crowd, *, rounds: int) -> Result:
    """`product` is what the list and its counts take in the database (which steps, their rows, five tabs, four
    lights); `sql_ms` all statements of the page, session and frame included; `http_ms` the page as the handler answers
    it."""
    client = Client(raise_request_exception=True)
    client.force_login(made.county.queue_user)
    page = Page(client)
    _both, limit = alternate(page.statements, lambda: by_limit(made), rounds)
    lists, sql, http = (
        Times(found[1:], found[1:]) for found in (page.lists, page.sql, page.whole)
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
    """The list's own statements: which steps, the rows of steps, cases and units, the counts of tabs and lights."""
    tables = ("workflow_step ", '"workflow_step"', '"agreements_agreement"', '"workflow_unit"."id" IN')
    return any(name in sql for name in tables) and "workflow_notice" not in sql


def by_limit(made: Crowd) -> tuple[list[Any], int]:
    """The two raw statements."""
    page, count = LIMIT.read_text(encoding="utf-8").split("-- page\n")[1].split("-- count\n")
    asked: dict[str, Any] = {
        "unit": made.county.units[world.town_code(0)].pk,
        "roles": ["town_reviewer", "vice_leader"],
    }
    with connection.cursor() as cursor:
        cursor.execute(page, asked)
        rows = cursor.fetchall()
        cursor.execute(count, asked)
        return rows, cursor.fetchone()[0]
