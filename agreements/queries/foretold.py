"""What an act that ends something will do, in sentences: said on its form, before it is done. Never writes."""

from datetime import date

from django.utils.translation import gettext as _

from agreements import labels
from agreements.models import AccountTransfer, Agreement
from workflow.models import Step
from workflow.models.plan import spec
from workflow.queries import words
from workflow.rules.words import listed


def of_ending(case: Agreement, move: str) -> list[str]:
    """Withdraw, terminate, supersede: what ends, what is free again, and whether it can be undone."""
    found = [_ends(case), _frees(case) if move != "supersede" else _replaced()]
    return [*(sentence for sentence in found if sentence), _for_good()]


def of_reopening(case: Agreement) -> list[str]:
    """Reopen: what is asked again."""
    return [
        _("The agreement stands in the final check again, and every step of that check is asked anew."),
        _("Payments and everything recorded before it stay as they are."),
    ]


def of_expiry(transfer: AccountTransfer | None, today: date) -> list[str]:
    """A paper of a person's transfer has run out: which, since when, and what has to be done again."""
    end = transfer.paper_end if transfer else None
    if transfer is None or end is None:
        return []
    told = {
        "paper": labels.of(labels.PAPER_ENDS, end.code),
        "number": transfer.certificate_no if end.code == "certificate" else transfer.permit_no,
        "day": end.last_day.isoformat(),
    }
    until = _("%(paper)s %(number)s: valid until %(day)s.") % told
    if today <= end.last_day:
        return [until, _("It is still valid, so this cannot be recorded yet.")]
    return [
        until,
        _("This records that it has run out. The person's transfer then starts again with a new permit."),
        _("It cannot be undone; the numbers and dates recorded so far stay in the history."),
    ]


def _ends(case: Agreement) -> str:
    plans = spec(case.route_id).plans
    asked = Step.objects.filter(case=case, state="open").order_by("pk").values_list("plan", flat=True)
    names = list(dict.fromkeys(words.name(plans[key][1].names) for key in asked if key in plans))
    if not names:
        return ""
    return _("What waits ends at once, and whoever has it is told: %(steps)s.") % {"steps": listed(names)}


def _frees(case: Agreement) -> str:
    household = {"household": f"{case.household.household_no} {case.household.head_name}"}
    return (
        _("Household %(household)s has no agreement any more; a new one can be drafted from the register.") % household
    )


def _replaced() -> str:
    return _("The household is free for the agreement that replaces this one; draft it from the register.")


def _for_good() -> str:
    return _("This cannot be undone. The agreement, its papers and its history stay to be read.")
