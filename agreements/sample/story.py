"""The story of the seven: two completed, one late, one returned, one on hold, two on their way."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

from django.contrib.auth.hashers import make_password

from agreements.commands import programmes
from agreements.models import Agreement, Household, Member, Programme
from agreements.sample.player import Player
from agreements.workbook import reader
from workflow import clock
from workflow.commands import cases
from workflow.models import Posting, Role, Step, User

PASSWORD = "yimin-2012"  # known to every reader of the README: sample users are refused from afar
TEN_O_CLOCK = 10
# shorter than the default plan, so that on whatever day of the year the sample is loaded just one household is late
BACK_PLAN = {
    "all_signed": 120,
    "registration_homestead": 75,
    "last_move": 45,
    "clearing": 30,
    "self_check": 20,
    "first_check": 15,
    "final": 10,
    "freeze": 5,
    "storage": 0,
}
Stop = Callable[[Player, Step], bool]


def load(path: Path, now: datetime) -> Programme:
    """The workbook with its storage deadline on 30 June of the coming year; its people may sign in from here."""
    today = clock.date_of(now)
    book = reader.read(path, today)
    deadline = date(today.year + 1, 6, 30)
    programme = programmes.load(book, now=now, deadline=deadline, back_plan=BACK_PLAN).programme
    names = [row["username"] for row in book.people]
    # one hash for all: making thirty would take the start's time, and the password is public anyway
    User.objects.filter(username__in=names).update(password=make_password(PASSWORD), is_sample=True)
    Programme.objects.filter(pk=programme.pk).update(is_sample=True)
    return programme


def play(programme: Programme, now: datetime) -> int:
    """Play every household that has no agreement yet; returns how many were played."""
    played = 0
    for household in Household.objects.filter(programme=programme).order_by("household_no"):
        if not Agreement.objects.filter(household=household).exists():
            STORIES[household.household_no](household, now)
            played += 1
    return played


def _start(now: datetime, days: int) -> datetime:
    local = now.astimezone(clock.SHANGHAI) - timedelta(days=days)
    return local.replace(hour=TEN_O_CLOCK, minute=0, second=0, microsecond=0)


def _at(plan: str) -> Stop:
    return lambda _player, step: step.plan == plan


def _completed(days: int) -> Callable[[Household, datetime], None]:
    def story(household: Household, now: datetime) -> None:
        Player(household, _start(now, days)).play(lambda _player, _step: False)

    return story


def _late(household: Household, now: datetime) -> None:
    """The plot was approved long ago; neither measured nor paid."""
    player = Player(household, _start(now, 130))
    player.play(_at("plot_measured"))
    for plan in ("payment_prepared", "payment_checked"):
        waiting = (
            Step.objects.filter(case=player.case_id, plan=plan, state="open").select_related("unit", "round").first()
        )
        if waiting:
            player.decide(waiting)


def _returned(household: Household, now: datetime) -> None:
    """The town's reviewer sent it back to the drafter yesterday or the day before."""
    player = Player(household, _start(now, 14))
    step = player.play(_at("town_review"), pace=timedelta(days=1))
    assert step is not None
    player.decide(
        step,
        "return",
        comment="安置人口与户口簿不一致，请核对后重报。",
        to="draft",
        resume="with_me",
        reason_code="members_wrong",
    )


def _held(household: Household, now: datetime) -> None:
    """The family is away for work; the receiving town waits."""
    player = Player(household, _start(now, 24))
    player.play(_at("receiving_town"))
    cases.hold(
        player.case_id,
        actor=player.clerk,
        cause="household_absent",
        text="全家外出务工，已电话联系，约定返乡签约。",
        expected_until=clock.date_of(now) + timedelta(days=20),
        now=player.now,
    )


def _moving(household: Household, now: datetime) -> None:
    """Two members have moved in, one is on the way, one has not begun."""
    player = Player(household, _start(now, 31))
    player.play(_at("transfer"))
    members = list(Member.objects.filter(agreement=player.case_id).order_by("pk"))
    for member, how_far in zip(members, (3, 3, 2, 0), strict=False):
        player.move(member, how_far)


def _reviewing(household: Household, now: datetime) -> None:
    """Fresh from the clerk's desk: village group and village committee have it."""
    Player(household, _start(now, 4)).play(_at("group_opinion"))


STORIES: dict[str, Callable[[Household, datetime], None]] = {
    "YJ-001": _completed(210),
    "YJ-002": _completed(190),
    "YJ-003": _late,
    "YJ-004": _returned,
    "YJ-005": _held,
    "YJ-006": _moving,
    "YJ-007": _reviewing,
}


def sign_ins(today: date) -> list[tuple[str, str, str, str]]:
    """(role, user name, name, unit), one per role."""
    postings = Posting.objects.filter(user__is_sample=True).select_related("user", "unit").order_by("pk")
    first: dict[str, Posting] = {}
    for posting in postings:
        first.setdefault(posting.role, posting)
    order = list(Role.values)
    rows = sorted(first.values(), key=lambda posting: order.index(posting.role))
    return [(str(Role(p.role).label), p.user.username, p.user.full_name, p.unit.name) for p in rows]
