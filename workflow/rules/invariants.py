"""What must hold of every open case at every hour, one sentence each; and whether a rule can be met. Pure."""

from collections.abc import Iterable
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
    RULE_UNREACHABLE: _("So many of those asked have left that the group's rule can no longer be met."),
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


def can_pass(rule: str, threshold: int, votes: Iterable[tuple[str, bool, int]]) -> bool:
    """Whether a live group can still pass when only the living vote: (state, alive, weight) of each step.

    all and in_order: every open step needs a living voter; any: one approval or one of them; k_of_n and weighted: what
    was approved and what may still be reaches the threshold. Skipped and cancelled steps do not count.
    """
    counted = [vote for vote in votes if vote[0] in ("open", "approved", "refused", "returned")]
    able = [weight for state, alive, weight in counted if state == "approved" or (state == "open" and alive)]
    if rule == "any":
        return bool(able) or not counted
    if rule in ("k_of_n", "weighted"):
        return sum(able if rule == "weighted" else (1 for _weight in able)) >= threshold
    return all(alive for state, alive, _weight in counted if state == "open")
