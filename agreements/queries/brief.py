"""What a decider needs to see of an agreement at a glance: key facts beside the group's average, papers, remedies."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from django.db.models import DecimalField, IntegerField, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext as _

from agreements import authority, fields, labels, lifecycle
from agreements.models import AccountTransfer, Agreement, Paper
from agreements.queries.doubts import doubts
from agreements.queries.page import cadres_of
from workflow import policies
from workflow.models import User
from workflow.models.plan import spec

CENT = Decimal("0.01")
ENDED = ("withdrawn", "terminated", "superseded")


@dataclass(frozen=True)
class Checked:
    """A paper that the route asks for; `uid` of the newest of its kind on file, None where there is none."""

    name: str
    there: bool
    uid: UUID | None = None


@dataclass(frozen=True)
class Brief:
    """Money in yuan, areas as recorded; what is out of the reader's sight is None or empty."""

    mode: str
    persons: int
    amount: Decimal | None
    per_head: Decimal | None
    group_per_head: Decimal | None  # average of the village group's agreements
    papers: list[Checked]  # papers the route asks for up to this state
    moved: int
    plot: str
    members: list[tuple[str, str, str]]  # name, relation, state of the account (empty where no account moves)
    lines: list[tuple[str, Decimal]]  # what the amount is made of
    doubts: list[str]  # values outside what is usual, in sentences
    remedies: list[tuple[str, str]]  # (label, address) of what this reader can do about what is missing

    @property
    def missing_papers(self) -> int:
        """Papers asked for and not on file."""
        return sum(not one.there for one in self.papers)


def brief(user: User, case: Agreement, today: date) -> Brief:
    """Read for this reader; the case itself must already be in the reader's scope."""
    authorities = policies.postings_of(user, today)
    sight = policies.aspects_in_sight(authorities, case)
    may = authority.offered(authorities, case, cadres_of(case))
    persons = int(case.facts.get("persons", 0))
    amount = Decimal(case.facts.get("amount", "0")) if "amounts" in sight else None
    return Brief(
        mode=labels.of(labels.MODES, case.mode),
        persons=persons,
        amount=amount,
        per_head=_share(amount, persons),
        group_per_head=_group(case) if amount is not None else None,
        papers=_papers(case, sight),
        moved=case.facts.get("moved", 0) + case.facts.get("excused", 0),
        plot=labels.of(labels.PLOT_STATES, state) if (state := case.facts.get("plot_state")) else "",
        members=_members(case) if "members" in sight else [],
        lines=[(labels.of(labels.ITEMS, line.item), line.amount) for line in case.amounts.all()]
        if amount is not None
        else [],
        doubts=doubts(case),
        remedies=remedies(case, may, today),
    )


def _members(case: Agreement) -> list[tuple[str, str, str]]:
    states = dict(AccountTransfer.objects.filter(member__agreement=case).values_list("member_id", "state"))
    return [
        (one.name, one.relation, labels.of(labels.TRANSFER_STATES, states.get(one.pk, "pending")) if moves else "")
        for moves in (case.area_changes,)
        for one in case.members.all()
    ]


def _share(amount: Decimal | None, persons: int) -> Decimal | None:
    return (amount / persons).quantize(CENT, ROUND_HALF_UP) if amount is not None and persons else None


def _group(case: Agreement) -> Decimal | None:
    """Yuan per head over the agreements of the same village group that have not been given up."""
    near = Agreement.objects.filter(home_unit=case.home_unit_id, programme=case.programme_id).exclude(state__in=ENDED)
    money = Cast(KeyTextTransform("amount", "facts"), DecimalField(max_digits=18, decimal_places=2))
    heads = Cast(KeyTextTransform("persons", "facts"), IntegerField())
    found = near.aggregate(money=Sum(money), heads=Sum(heads))
    return _share(found["money"], found["heads"] or 0)


def _papers(case: Agreement, sight: frozenset[str]) -> list[Checked]:
    on_file = set(case.facts.get("papers", ()))
    newest = dict(Paper.objects.filter(agreement=case, withdrawn_at=None).order_by("pk").values_list("type", "uid"))
    return [
        Checked(labels.of(lifecycle.PAPERS, paper), paper in on_file, newest.get(paper))
        for paper in _asked(case)
        if authority.paper_sight(paper) in sight
    ]


def _asked(case: Agreement) -> list[str]:
    """The types of papers that steps of this and earlier states of the route ask for."""
    route = spec(case.route_id)
    here = route.order.get(case.state, len(route.order))
    asked = [p for place, plan in route.plans.values() for p in plan.papers if route.order[place.stage.state] <= here]
    return list(dict.fromkeys(asked))


def remedies(case: Agreement, may: frozenset[str], today: date) -> list[tuple[str, str]]:
    """What this reader can record right now, of the things that steps of this state wait for."""
    facts = case.facts
    found: list[tuple[str, str, bool]] = [
        (_("Edit the draft"), _edit(case), "content" in may and not facts.get("party_a_authorised")),
        (_("Record the wish form"), _record(case, "wish"), "wish" in may and not facts.get("wish_signed")),
        (_("Record the public notice"), _record(case, "notice"), "notice" in may and not facts.get("notice_posted")),
        (_("Record a signature"), _record(case, "signature"), "signature" in may and not facts.get("all_signed")),
    ]
    move = fields.PLOT_NEXT.get(facts.get("plot_state", ""))
    if move and facts.get("has_homestead") and f"plot.{move}" in may:
        found.append((str(fields.PLOT_MOVES[move]), _record(case, f"plot-{move}"), True))
    if "transfers" in may and not facts.get("all_moved"):
        found.append(
            (_("Record the moves of the members"), f"{reverse('case', args=[case.reference])}#h-members", True)
        )
    if any(act.startswith("paper.") for act in may):
        lacking = not set(_asked(case)) <= set(facts.get("papers", ()))
        found.append((_("File a paper"), f"{reverse('case', args=[case.reference])}#h-papers", lacking))
    return [(label, address) for label, address, wanted in found if wanted]


def _record(case: Agreement, what: str) -> str:
    return reverse("agreement_record", args=[case.reference, what])


def _edit(case: Agreement) -> str:
    return reverse("agreement_edit", args=[case.reference])


def of(user: Any, case: Agreement, today: date) -> Brief:
    """The brief of a page's case, read once however many parts of the page ask for it."""
    kept: Brief | None = getattr(case, "_brief", None)
    if kept is None:
        kept = brief(user, case, today)
        case._brief = kept  # type: ignore[attr-defined]
    return kept
