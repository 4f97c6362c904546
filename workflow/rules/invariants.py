"""What must hold of every open case at every hour, one sentence each. Pure."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

NO_STEP, ROUND_CLOSED, NOBODY, EXCLUDED = "no_step", "round_closed", "nobody", "excluded"
RULE_UNREACHABLE, NO_REMINDER, FACTS_DIFFER = "rule_unreachable", "no_reminder", "facts_differ"
ENGINE_FAULT, UNACCOUNTED, UNWATCHED = "engine_fault", "unaccounted", "unwatched"
FINDINGS: dict[str, Any] = {
    NO_STEP: _("The agreement is open, yet no step of it is: nobody can move it on."),
    ROUND_CLOSED: _("A step is open in a round that has ended."),
    NOBODY: _("Nobody who is here holds the post this step needs."),
    EXCLUDED: _("Everybody who holds the post may not decide this step (four eyes)."),
    RULE_UNREACHABLE: _(
        "The group's rule is out of reach even if all who are asked approve: too few are asked, or some left."
    ),
    NO_REMINDER: _("The step is late, yet no reminder of it was ever written."),
    UNWATCHED: _("An open step is missing from the list by which reminders are found: they would come late."),
    FACTS_DIFFER: _("Facts stored for the agreement differ from its papers and rows."),
    ENGINE_FAULT: _("The engine found no single way on for this agreement."),
    UNACCOUNTED: _("A registered household has no agreement, and nobody's list of households not started shows it."),
}


@dataclass(frozen=True)
class Found:
    """One thing that does not hold; ids and enums only."""

    code: str
    case_id: int | None = None
    step_id: int | None = None
    detail: dict[str, Any] = field(default_factory=dict)
