"""Who is asked when the plan's own role cannot answer, and when an answer just given counts again. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from workflow.rules.codes import JUDGING
from workflow.rules.effects import ANY
from workflow.rules.route import GroupSpec, PlanSpec

ASK, CARRY = "ask", "carry"
SUPERIOR, STOP_PUBLISH = "superior", "stop_publish"
CHOICES = {"repeats": (ASK, CARRY), "self_approval": (SUPERIOR, STOP_PUBLISH), "nobody": (SUPERIOR, STOP_PUBLISH)}
# whom a step goes to when neither its role nor its supervisor's can answer, nearest first
LADDER = ("vice_leader", "chair", "county_officer")
NOBODY, EXCLUDED, OTHERS = "nobody", "excluded", "others"


@dataclass(frozen=True)
class Asked:
    """The role asked in the end; `why` says why not simply the plan's own, `found` is False for nobody at all."""

    role: str
    why: str
    found: bool


def ladder(plan: PlanSpec) -> tuple[str, ...]:
    """Roles in the order in which they are asked: the plan's own, its supervisor's, then the superiors."""
    wanted = (plan.role, plan.supervisor_role, *LADDER)
    return tuple(role for index, role in enumerate(wanted) if role and role not in wanted[:index])


def whom_to_ask(plan: PlanSpec, able: Callable[[str], tuple[bool, bool]]) -> Asked:
    """The first role of the ladder that somebody holds who may decide this step.

    `able(role)` says (somebody holds it over the unit, one of them is not excluded by four eyes).
    """
    held, free = able(plan.role)
    if free:
        return Asked(plan.role, "", True)
    why = EXCLUDED if held else NOBODY
    for role in ladder(plan)[1:]:
        if able(role)[1]:
            return Asked(role, why, True)
    return Asked(plan.role, why, False)


def opening(
    group: GroupSpec, plan: PlanSpec, applies: Mapping[str, bool], whom: Callable[[PlanSpec], Asked | None]
) -> Asked:
    """Whom a step asks when its group opens: a superior where its own role cannot answer; in a group of the rule any
    nobody further up is troubled while the own role of another plan can. `whom` climbs the ladder, None without a unit.
    """
    found = whom(plan)
    if found is None or not found.found or not found.why or group.rule != ANY:
        return found or Asked(plan.role, NOBODY, False)
    others = (other for other in group.plans if other.key != plan.key and applies.get(other.key))
    if any(answer is not None and not answer.why for answer in map(whom, others)):
        return Asked(plan.role, OTHERS, True)
    return found


def next_superior(plan: PlanSpec, role: str) -> str:
    """Who supervises a step that went to `role`: the next of the ladder, the last one supervises itself."""
    steps: Sequence[str] = ladder(plan)
    place = steps.index(role)
    return steps[min(place + 1, len(steps) - 1)]


@dataclass(frozen=True)
class Earlier:
    """A decision that stands directly before a step: by one person in their own name, on what content."""

    person: int
    duty: str
    seen: Mapping[str, str]


def may_carry(
    policy: str, plan: PlanSpec, only: Iterable[int], earlier: Earlier | None, hashes: Mapping[str, str]
) -> bool:
    """Whether an earlier decision counts for this plan too (审批去重).

    Only where the route says so, both judge, nobody but that one person would be asked, everything the plan approves
    was approved by them with its present content, and the plan asks for nothing of its own (number, papers, needs,
    waiting time). Four eyes is asked by the caller and always wins.
    """
    if policy != CARRY or earlier is None or set(only) != {earlier.person}:
        return False
    if plan.duty not in JUDGING or earlier.duty not in JUDGING:
        return False
    if plan.attest or plan.papers or plan.needs or plan.not_before_days or not plan.aspects:
        return False
    return all(earlier.seen.get(aspect, "") == hashes.get(aspect) for aspect in plan.aspects)
