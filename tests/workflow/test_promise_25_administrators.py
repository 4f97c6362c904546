"""P25: three administrators who exclude each other and every other post, decide nothing and see no family."""

from contextlib import suppress
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest
from django.db import transaction

from tests import builders
from tests.security.test_matrix import Undo
from workflow import clock, errors, policies
from workflow.commands import accounts, cases, people, staffing, steps
from workflow.models import Case, Posting, Role, Step, User

ADMINS = ("system_admin", "security_admin", "audit_admin")
DAY = timedelta(days=1)
PAIRS = [(admin, role) for admin, role in product(ADMINS, Role.values) if role != admin]


def refused(user: User, role: str, world: builders.World, start: date, until: date | None = None) -> bool:
    """Whether this post is refused; nothing is kept."""
    unit, by = world.units[builders.COUNTY], world.security_admin
    with suppress(Undo), transaction.atomic():
        try:
            staffing.post(user, role, unit, actor=by, valid_from=start, valid_until=until)
        except errors.InvalidInput:
            return True
        raise Undo
    return False


@pytest.mark.parametrize("first_is_admin", [True, False])
def test_no_set_of_roles_holds_an_administrators_beside_another(world: builders.World, first_is_admin: bool) -> None:
    """A set with an administrator's role and another was once a pair: each pair, in either order, at any overlap."""
    today, let_through = clock.today(), []
    for admin, role in PAIRS:
        held, asked = (admin, role) if first_is_admin else (role, admin)
        Posting.objects.filter(user=world.nobody).delete()
        Posting.objects.create(
            user=world.nobody,
            role=held,
            unit=world.units[builders.COUNTY],
            valid_from=today + 5 * DAY,
            valid_until=today + 9 * DAY,
        )
        for start, until in ((0, None), (0, 5), (7, 8), (9, None)):
            if not refused(world.nobody, asked, world, today + start * DAY, today + until * DAY if until else None):
                let_through.append((held, asked, start, until))
        if refused(world.nobody, asked, world, today + 10 * DAY) or refused(world.nobody, asked, world, today, today):
            let_through.append((held, asked, "free days are refused"))
    assert let_through == []


@pytest.mark.parametrize("admin", ADMINS)
def test_no_post_is_lent_to_an_administrator_and_none_of_theirs_to_others(world: builders.World, admin: str) -> None:
    until = clock.today() + 3 * DAY
    for lender, borrower in ((world.chair, world.people[admin]), (world.people[admin], world.clerk)):
        posting = Posting.objects.get(user=lender)
        with pytest.raises(errors.InvalidInput):
            people.lend(posting.pk, actor=lender, substitute=borrower, until=until)
    people.lend(Posting.objects.get(user=world.chair).pk, actor=world.chair, substitute=world.clerk_2, until=until)
    Posting.objects.filter(user=world.clerk_2).update(valid_until=clock.today() - DAY)
    assert refused(world.clerk_2, admin, world, clock.today()), "what is borrowed counts as well"


def test_no_administrator_decides_or_sees_anything_on_the_whole_way(world: builders.World) -> None:
    case: Case = builders.agreement(world)
    tried = 0
    while case.state != "completed":
        step = Step.objects.filter(case=case, state="open").order_by("pk")[0]
        for admin in ADMINS:
            actor = world.people[admin]
            assert not policies.visible_cases(actor, clock.today()).exists()
            for call in (
                lambda who=actor, pk=step.pk: steps.decide(pk, actor=who, verdict="approve", document_no="1"),
                lambda who=actor, pk=step.pk: steps.claim(pk, actor=who),
                lambda who=actor, pk=case.pk: cases.override(pk, actor=who, reason="县长办公会纪要第八号, 情况紧急"),
                lambda who=actor, pk=case.pk: cases.hold(pk, actor=who, cause="dispute"),
            ):
                with pytest.raises((errors.NotFound, errors.NotAllowed)):
                    call()
                tried += 1
        builders.approve(world, case, step.plan)
        case = Case.objects.get(pk=case.pk)
    assert tried > 150


def test_there_is_no_superuser_and_nothing_asks_for_one(db: None) -> None:
    names = {field.name for field in User._meta.get_fields()}
    assert names.isdisjoint({"is_superuser", "is_staff", "groups", "user_permissions"})
    assert not hasattr(User(), "has_perm")
    root = Path(accounts.__file__).parents[2]
    for room in ("workflow", "agreements", "notifications", "config"):
        for path in (root / room).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            assert not {"is_superuser", "is_staff", "createsuperuser"} & set(text.split()), path
            assert ".is_superuser" not in text and "django.contrib.admin" not in text, path
