"""Approving a step: it closes a group and opens the next round with dates; every second one cascades a state."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.db import connection, connections

from agreements.models import Agreement
from config.bench import crowd, world
from config.bench.crowd import Crowd
from config.bench.measure import Result, together
from workflow import timelines
from workflow.commands import steps
from workflow.models import Step, User
from workflow.models.plan import spec
from workflow.rules.route import Place

LIMIT = Path(__file__).with_name("approve.sql")
ROLES = {world.REVIEW: "town_reviewer", world.APPROVAL: "vice_leader"}
MOVES = {world.REVIEW: ("", "in_review"), world.APPROVAL: ("pass_review", "signing")}
NEXT = {world.REVIEW: "group_approval", world.APPROVAL: "receiving_village"}
DOCUMENT = "1"


def measured(workers: int, rounds: int, block: int) -> int:
    """How many cases a run decides, warming up included."""
    return 2 * (rounds + 1) * workers * block


def run_all(made: Crowd, *, workers: Sequence[int], rounds: int, block: int) -> Iterator[Result]:
    """One result per number of workers; both sides decide the same mixture of steps, never one step twice."""
    prepare(made)
    items = steps_of(made)
    for number in workers:
        mine, items = items[: measured(number, rounds, block)], items[measured(number, rounds, block) :]
        yield run(made, mine, workers=number, rounds=rounds, block=block)


def run(made: Crowd, items: list[tuple[int, User]], *, workers: int, rounds: int, block: int) -> Result:
    """Time both sides with so many processes at once."""
    product, limit = together(
        lambda number: by_product(made, *items[number]),
        lambda number: by_limit(made, *items[number]),
        workers=workers,
        rounds=rounds,
        block=block,
    )
    more = {"unit": "one approval", "product_ms": product.summary(), "limit_ms": limit.summary()}
    return Result("approve", made.cases, workers, round(product.typical, 3), round(limit.typical, 3), more)


def steps_of(made: Crowd) -> list[tuple[int, User]]:
    """(open step, who approves it) of every measured case, in order of case: review and approval in turn."""
    plans = (world.REVIEW, world.APPROVAL)
    first = crowd.case_id(0)
    found = Step.objects.filter(case_id__gte=first, case_id__lt=first + made.measured, plan__in=plans, state="open")
    rows = found.order_by("case_id").values_list("pk", "plan", "case_id")
    return [(pk, made.county.people[ROLES[plan], (case - first) % world.TOWNS]) for pk, plan, case in rows]


def by_product(made: Crowd, step: int, actor: User) -> None:
    """What the page and the API call."""
    key = f"p{step}"
    done = steps.decide(step, actor=actor, verdict="approve", key=key, document_no=DOCUMENT, now=made.county.now)
    assert done["state"] in ("in_review", "signing"), done


def by_limit(made: Crowd, step: int, actor: User) -> None:
    """One round trip to the server-side function."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bench_approve(%s, %s, %s, %s, %s)", [step, actor.pk, f"l{step}", DOCUMENT, made.county.now]
        )
        state = cursor.fetchone()[0]
    assert state in ("in_review", "signing"), state


def prepare(made: Crowd) -> None:
    """Install the limit and what it needs to know of the route."""
    case = Agreement.objects.get(pk=made.county.templates[world.REVIEW].pk)
    route = spec(case.route_id)
    backward = timelines.of(case.schedule).backward(route, case.facts)
    with connections["owner"].cursor() as cursor:
        cursor.execute(LIMIT.read_text(encoding="utf-8"))
        cursor.execute("GRANT SELECT ON bench_opening TO PUBLIC")
        for plan, group in NEXT.items():
            for row in _openings(plan, route.plans[plan][1].aspects, route.places[group], backward):
                cursor.execute(f"INSERT INTO bench_opening VALUES ({', '.join(['%s'] * len(row))})", row)
    connections["owner"].close()


def _openings(after: str, aspects: tuple[str, ...], place: Place, backward: Any) -> list[list[Any]]:
    """What opens after a step: one row per plan of the next group."""
    lengths = {"group": 14, "village": 12, "town": 9}
    rows: list[list[Any]] = []
    for position, plan in enumerate(place.group.plans):
        side, _sep, level = plan.resolver.partition("_")
        where = [place.stage.state, place.track.key, place.group.key, place.group.rule, place.group.threshold]
        asked = [plan.key, plan.role, side == "partner", lengths[level], plan.supervisor_role, plan.lead]
        rows.append([after, position, list(aspects), *MOVES[after], *where, *asked, backward.get(place.group.key)])
    return rows
