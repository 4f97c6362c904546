"""What one act does to the other steps of its group: said before the click, and used by the engine itself. Pure."""

from collections.abc import Collection, Hashable
from dataclasses import dataclass, replace

from workflow.rules.route import FAILED, OPEN, PASSED, outcome

ANY, ALL, K_OF_N, WEIGHTED, IN_ORDER = "any", "all", "k_of_n", "weighted", "in_order"
COUNTED = (K_OF_N, WEIGHTED)  # rules that count heads: one person, one vote
RULES = (IN_ORDER, ANY, ALL, K_OF_N, WEIGHTED)  # 依次 或签 会签 k/n 票签
APPROVE, RETURN, REFUSE = "approve", "return", "refuse"
VERDICTS = (APPROVE, RETURN, REFUSE)
STATE_AFTER = {APPROVE: "approved", RETURN: "returned", REFUSE: "refused"}
SENT_BACK = "sent_back"
RESUMES = ("with_me", "again")  # how it goes on after a return
NOT_COUNTED = ("skipped", "cancelled")


@dataclass(frozen=True)
class Seat:
    """One step of a round as its rule sees it; `added` is a signer beside, who must also approve."""

    key: Hashable
    state: str
    weight: int = 1
    added: bool = False


@dataclass(frozen=True)
class Table:
    """A group as it stands: its rule, its seats, and how many plans `in_order` has not yet opened."""

    rule: str
    threshold: int
    seats: tuple[Seat, ...]
    waiting: int = 0


@dataclass(frozen=True)
class Effect:
    """What follows from one act.

    result: open | passed | failed | sent_back. cancelled: seats whose open step ends without a decision. asked: seats
    still to be asked. needed: approvals (for weighted: weight) the rule still lacks. goes_to: the group it goes back
    to ("" = it does not go back). resume: with_me | again for what goes back. opens_next: in_order asks the next plan.
    """

    result: str
    cancelled: tuple[Hashable, ...] = ()
    asked: tuple[Hashable, ...] = ()
    needed: int = 0
    goes_to: str = ""
    resume: str = ""
    opens_next: bool = False


def standing(table: Table) -> str:
    """open, passed or failed. A signer added beside must approve too and leaves k and the weight to reach unchanged."""
    base = _base(table)
    added = [seat.state for seat in table.seats if seat.added and seat.state not in NOT_COUNTED]
    if base == FAILED or any(state not in ("open", "approved") for state in added):
        return FAILED
    return PASSED if base == PASSED and all(state == "approved" for state in added) else OPEN


def _base(table: Table) -> str:
    """The rule over the planned seats alone."""
    votes = [(seat.state, seat.weight) for seat in table.seats if not seat.added]
    if table.rule != IN_ORDER:
        return outcome(table.rule, table.threshold, votes)
    found = outcome(ALL, 0, votes)
    return OPEN if found == PASSED and table.waiting else found


def unneeded(table: Table) -> tuple[Hashable, ...]:
    """Open planned seats nobody needs any more, because the rule is met and only added signers are still asked."""
    if _base(table) != PASSED:
        return ()
    return tuple(seat.key for seat in table.seats if seat.state == "open" and not seat.added)


def next_is_due(table: Table) -> bool:
    """Whether `in_order` opens its next plan now: everyone asked so far has approved."""
    planned = [seat.state for seat in table.seats if not seat.added and seat.state not in NOT_COUNTED]
    return table.rule == IN_ORDER and table.waiting > 0 and all(state == "approved" for state in planned)


def needed(table: Table) -> int:
    """How many approvals (for weighted: how much weight) the rule and the added signers still lack."""
    counted = [seat for seat in table.seats if seat.state not in NOT_COUNTED]
    planned = [seat for seat in counted if not seat.added]
    weighs = {seat.key: seat.weight if table.rule == WEIGHTED else 1 for seat in planned}
    got = sum(weighs[seat.key] for seat in planned if seat.state == "approved")
    total = sum(weighs.values())
    goal = {ANY: min(1, total), ALL: total, IN_ORDER: total + table.waiting}.get(table.rule, table.threshold)
    return max(0, goal - got) + sum(seat.added and seat.state == "open" for seat in counted)


def effect(
    table: Table, key: Hashable, verdict: str, *, on_refuse: str, return_to: str = "", resume: str = "with_me"
) -> Effect:
    """What this verdict on this open seat does to the others. `on_refuse`: where a failed group goes.

    A return sends the case back at once, whatever the rule. A refusal counts as a vote: only when the rule cannot be
    met any more does the group fail, and then everything from its on_refuse point on is run again.
    """
    after = decided(table, key, verdict)
    still = tuple(seat.key for seat in after.seats if seat.state == "open")
    if verdict == RETURN:
        return Effect(SENT_BACK, cancelled=still, goes_to=return_to, resume=resume)
    found = standing(after)
    if found == FAILED:
        return Effect(FAILED, cancelled=still, goes_to=on_refuse, resume="again")
    if found == PASSED:
        return Effect(PASSED, cancelled=still)
    ended = unneeded(after)
    return Effect(
        OPEN,
        cancelled=ended,
        asked=tuple(one for one in still if one not in ended),
        needed=needed(after),
        opens_next=next_is_due(after),
    )


def decided(table: Table, key: Hashable, verdict: str) -> Table:
    """The table with one seat decided."""
    state = STATE_AFTER[verdict]
    return replace(table, seats=tuple(replace(s, state=state) if s.key == key else s for s in table.seats))


def without(table: Table, key: Hashable) -> Table:
    """The table with one seat dropped (减签): it no longer counts, and the rule is asked again."""
    return replace(table, seats=tuple(replace(s, state="cancelled") if s.key == key else s for s in table.seats))


def out_of_reach(table: Table, manned: Collection[Hashable]) -> bool:
    """Whether the rule cannot be met by those who are there, if all of them approve: open seats outside `manned` never
    answer, and there may be too few seats from the start."""
    votes = {seat.key: "approved" if seat.key in manned else "refused" for seat in table.seats if seat.state == "open"}
    said = tuple(replace(seat, state=votes.get(seat.key, seat.state)) for seat in table.seats)
    return standing(replace(table, seats=said, waiting=0)) != PASSED
