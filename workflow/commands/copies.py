"""Copies (抄送) of a case to colleagues, and the receipt of their reading (已阅)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from workflow import candidates, errors, reach
from workflow.commands.change import change, retried
from workflow.commands.work import Work
from workflow.models import Copy, Notice, Participant, User
from workflow.rules import copying

CC = "cc"


@retried
def copy_to(
    case_id: int,
    *,
    actor: User,
    users: Iterable[int],
    note: str = "",
    key: str | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Copy a case to colleagues of the same county: they may see it from now on and are told once, whatever else they
    are in it. Whoever has it already is not told again. Returns {"copied": [ids], "already": [ids]}.
    """
    wanted = sorted(set(users))
    with change(case_id, actor=actor, verb="cc", key=key, body=[wanted, note], now=now) as work:
        if not work.replayed:
            _ensure_may_copy(work)
            people = _colleagues(work, wanted)
            have = set(Copy.objects.filter(case_id=case_id, user__in=people).values_list("user_id", flat=True))
            copied = copying.split((person.pk for person in people), have)
            _write(work, [person for person in people if person.pk in copied.fresh], note)
            work.outcome = {"copied": list(copied.fresh), "already": list(copied.already)}
    return work.outcome


def _ensure_may_copy(work: Work) -> None:
    """The drafter, whoever acts on an open step, and those who manage the home unit's cases."""
    assert work.actor is not None
    drafted = work.actor.pk == work.case.drafter_id
    steps = [step for step in work.steps if step.state == "open"]
    found = None if drafted else reach.managing(work.authorities, work.case, steps)
    if not copying.may_copy(drafted=drafted, managing=found is not None):
        raise errors.NotAllowed()
    if found:
        work.as_authority(found)


def _colleagues(work: Work, wanted: list[int]) -> list[User]:
    assert work.actor is not None
    near = candidates.colleagues(work.actor, work.authorities, work.today, candidates.COPIED, among=wanted)
    if not copying.are_colleagues(wanted, [one.user.pk for one in near]):
        raise errors.InvalidInput(
            field=_("Copy to"), expected=_("colleagues of this county whose post decides or answers for a household")
        )
    return [one.user for one in near]


def _write(work: Work, people: list[User], note: str) -> None:
    case, day = work.case, work.today
    if not people:
        return
    Copy.objects.bulk_create(
        Copy(case_id=case.pk, user=person, by=work.actor, note=note.strip()[:200], at=work.now) for person in people
    )
    Participant.objects.bulk_create(
        [Participant(case_id=case.pk, user=person, role=CC, valid_from=day) for person in people], ignore_conflicts=True
    )
    event = work.event("case.copied", to=[person.pk for person in people])
    work.tell("copied", people, event, audience=CC)


@retried
def mark_read(case_id: int, *, actor: User, now: datetime | None = None) -> bool:
    """Record that the copy was shown to its recipient; True the first time. Sent by the page when it is shown."""
    copies = Copy.objects.filter(case_id=case_id, user=actor)
    if not copying.is_unread(copies.values_list("read_at", flat=True)):
        return False
    with change(case_id, actor=actor, verb="cc.read", now=now) as work:
        written = copies.filter(read_at=None).update(read_at=work.now)
        if written:
            work.event("case.copy_read")
            told = Notice.objects.filter(case_id=case_id, recipient=actor, word="copied", read_at=None)
            told.update(read_at=work.now)
    return bool(written)
