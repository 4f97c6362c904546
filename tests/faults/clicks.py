"""Officials' clicks against a running product: drafts made by a command, decided over HTTP, looked at as owner."""

import http.client
import json
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import psycopg

from agreements.models import Programme
from config.embedded.places import Places
from tests import builders
from tests.product import Site
from workflow.models import Unit, User

MAKE = """
import json
from django.test import Client
from tests import builders
from workflow import clock
from workflow.models import Step, User
made = User.objects.filter(username="clerk").first()
world = builders.build_world() if made is None else None
if world is None:
    from tests.faults.clicks import old_world
    world = old_world()
cases = [builders.agreement(world, now=clock.now()) for _ in range({number})]
clerk = User.objects.get(username="clerk")
browser = Client()
browser.force_login(clerk)
steps = [Step.objects.get(case=case, state="open").pk for case in cases]
seen = cases[0].hashes
print("MADE" + json.dumps([browser.cookies["sessionid"].value, steps, seen]))
"""


def old_world() -> Any:
    """The county that an earlier call made in this database."""
    world = builders.World(now=builders.at("2026-03-02"))
    world.units = {unit.code: unit for unit in Unit.objects.all()}
    world.people = {user.username: user for user in User.objects.all()}
    world.programme = Programme.objects.get()
    return world


@dataclass
class Clicks:
    """One clerk's browser and the drafts before them."""

    site: Site
    session: str
    steps: list[int]
    seen: dict[str, str]
    keys: dict[int, str] = field(default_factory=dict)

    def approve(self, step: int, timeout: float = 30) -> int:
        """POST one approval with the step's own key, as the page would; the status, 0 when no answer came."""
        key = self.keys.setdefault(step, uuid.uuid4().hex)
        form = {"verdict": "approve", "key": key, "csrfmiddlewaretoken": "a" * 32}
        form |= {f"seen-{aspect}": digest for aspect, digest in self.seen.items()}
        parts = urlsplit(self.site.address)
        line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout)
        try:
            cookie = f"sessionid={self.session}; csrftoken={'a' * 32}"
            head = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
            line.request("POST", f"/steps/{step}/decide", urlencode(form), head)
            return line.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            line.close()

    def arm(self, point: str) -> None:
        """The next POST dies there."""
        fresh = self.site.var / "failpoint.new"
        fresh.write_text(point)
        fresh.rename(self.site.var / "failpoint")

    @property
    def armed(self) -> bool:
        """Whether nobody has taken the failpoint yet."""
        return (self.site.var / "failpoint").exists()


def prepare(site: Site, number: int) -> Clicks:
    """Make drafts and sign the clerk in."""
    told = site.manage("shell", "-c", MAKE.replace("{number}", str(number)))
    line = next(line for line in told.splitlines() if line.startswith("MADE"))
    return Clicks(site, *json.loads(line[4:]))


def rows(site: Site, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Ask the product's own database as owner."""
    with psycopg.connect(Places(site.var).database_url("owner"), autocommit=True) as owner:
        return owner.execute(sql, values).fetchall()


def decided(site: Site, step: int) -> tuple[str, int, int, int, int, str]:
    """(state of the step, decisions, decision events, receipts, open steps of the case, state of the case)."""
    return rows(
        site,
        """SELECT s.state, (SELECT count(*) FROM workflow_decision d WHERE d.step_id = s.id),
                  (SELECT count(*) FROM workflow_event e WHERE e.case_id = s.case_id AND e.kind = 'step.decided'),
                  (SELECT count(*) FROM workflow_receipt r WHERE r.outcome ->> 'decision' = s.id::text),
                  (SELECT count(*) FROM workflow_step o WHERE o.case_id = s.case_id AND o.state = 'open'), c.state
           FROM workflow_step s JOIN workflow_case c ON c.id = s.case_id WHERE s.id = %s""",
        step,
    )[0]


NOT_YET, DONE = ("open", 0, 0, 0, 1, "draft"), ("approved", 1, 1, 1, 2, "in_review")
