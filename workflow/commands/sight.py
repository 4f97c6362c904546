"""Sight of one case for a person whose posts do not reach it (a signer, an adviser): granted and ended as events."""

from datetime import timedelta

from workflow import candidates
from workflow.commands.work import Work
from workflow.models import Participant, User

SIGNER = "signer"


def grant(work: Work, user: User) -> None:
    """Let this person see the case, if they do not see it anyway."""
    if candidates.sees(user, work):
        return
    Participant.objects.update_or_create(
        case_id=work.case.pk, user=user, role=SIGNER, defaults={"valid_from": work.today, "valid_until": None}
    )
    work.event("sight.granted", user=user.pk, role=SIGNER)


def end(work: Work, user: User) -> None:
    """End that sight when nothing of theirs is left on the case: neither a step to do nor one they did."""
    mine = [s for s in work.steps if s.holder_id == user.pk and s.added_by_id]
    if any(s.state in ("open", "approved", "returned", "refused", "answered") for s in mine):
        return
    held = Participant.objects.filter(case_id=work.case.pk, user=user, role=SIGNER, valid_until=None)
    if held.update(valid_until=work.today - timedelta(days=1)):
        work.event("sight.ended", user=user.pk, role=SIGNER)
