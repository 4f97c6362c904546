"""Whom a step may be handed to, who may be asked to sign or advise on it, who may stand in for a colleague or be sent
a copy; who may not be, and why."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workflow import errors, policies, rights, seats
from workflow.models import Posting, Role, Step, Unit, User
from workflow.policies import Authority
from workflow.rules import handing
from workflow.rules.handing import ADVISE as ADVISE
from workflow.rules.handing import REASSIGN as REASSIGN
from workflow.rules.handing import SIGN as SIGN
from workflow.seats import Run

WATCHING = policies.NO_SIGHT | {Role.AUDITOR, Role.SUPERVISOR_MONITOR}  # posts that never decide: domain.md (d)
NEVER_ASKED = WATCHING | {Role.CONTACT_CADRE}  # and those answerable for the household themselves
SHOWN = 60  # a list longer than this is searched, not scrolled
NEARBY = 600  # posts of a county that a list of colleagues reads at most
COPIED = frozenset({Role.CONTACT_CADRE})  # who is answerable for a household is told of it, though never asked to sign
WHY: dict[str, Any] = {
    "yourself": gettext_lazy("that is you."),
    "holder": gettext_lazy("holds this step already."),
    "asked": gettext_lazy("is already asked in this group."),
    "asked_it": gettext_lazy("asked for this signature."),
    "own_household": gettext_lazy("is the contact cadre of this household."),
    "wrote_it": gettext_lazy("wrote what is to be approved."),
    "same_stage": gettext_lazy("already decided another group of this stage."),
    "voted": gettext_lazy("already has a vote in this group."),
    "duties": gettext_lazy("did something in this case that excludes this."),
    "out_of_sight": gettext_lazy("may not see what is to be approved."),
    "out_of_scope": gettext_lazy("has no post within your scope."),
}


@dataclass(frozen=True)
class Candidate:
    """A person under one post; `why` is a code of WHY, empty when they may be asked."""

    user: User
    role: str
    unit: Unit
    why: str
    loses: str = ""  # what they could no longer decide once they had signed, in a sentence

    @property
    def post(self) -> str:
        """Unit and role in words."""
        return f"{self.unit.name} · {Role(self.role).label}"

    @property
    def reason(self) -> str:
        """Why not, in words."""
        return str(WHY[self.why]) if self.why else ""


def of(run: Run, step: Step, purpose: str, *, name: str = "", user_id: int | None = None) -> list[Candidate]:
    """Who comes into question, those who may be asked first. `purpose`: reassign | sign | advise."""
    posts = _posts(run, step, purpose)
    if user_id is not None:
        posts = posts.filter(user_id=user_id)
    if name:
        posts = posts.filter(Q(user__full_name__icontains=name) | Q(unit__name__icontains=name))
    return judged(run, step, purpose, _by_user(posts))


def of_post(run: Run, step: Step) -> dict[int, list[Posting]]:
    """The postings a step may be handed to, by user: the same for every step of one post and superior."""
    return _by_user(_posts(run, step, REASSIGN))


def colleagues(
    user: User,
    authorities: Iterable[Authority],
    today: date,
    also: Iterable[str] = (),
    among: Collection[int] | None = None,
) -> list[Candidate]:
    """Who may be asked to sign in the counties of these postings of the user, or holds one of the roles in `also`.

    Never the user; one line a person; those of the user's own units first. `among`: asks about these ids only.
    """
    divisions = {authority.division for authority in authorities}
    if not divisions:
        return []
    near = _under(division[:6] for division in divisions)
    posts = Posting.objects.filter(near, _askable(also), policies.valid_on(today), user__is_active=True)
    if among is not None:
        posts = posts.filter(user__in=among)
    others = posts.exclude(user=user).annotate(own=ExpressionWrapper(_under(divisions), BooleanField()))
    held = _by_user(others.order_by("-own", "unit__code", "role", "user_id"), NEARBY)
    return [Candidate(first.user, first.role, first.unit, "") for first, *_others in held.values()]


def ensure_may_stand_in(person: User, post: Posting, today: date) -> None:
    """A post goes only to who may be asked to sign, or holds the same post: whoever watches, or sees only a file of
    their own, never decides under a borrowed name. `colleagues` lists who may."""
    posts = Posting.objects.filter(_under([post.unit.division[:6]]), policies.valid_on(today), user=person)
    held = sorted({one.role for one in posts})
    why = handing.why_not_lent(held, post.role, NEVER_ASKED)
    if why == handing.OUT_OF_SCOPE:
        raise errors.InvalidInput(
            field=_("To"), expected=_("a colleague of this county with a valid posting"), at="substitute"
        )
    if why:
        raise errors.NeverDecides(
            who=str(person), posts=_(", ").join(str(Role(role).label) for role in held), at="substitute"
        )


def _askable(also: Iterable[str]) -> Q:
    return ~Q(role__in=NEVER_ASKED) | Q(role__in=list(also))


def _under(divisions: Iterable[str]) -> Q:
    return reduce(or_, (policies.prefix_range("unit__code", division) for division in divisions))


def _by_user(posts: Any, most: int = SHOWN * 2) -> dict[int, list[Posting]]:
    found: dict[int, list[Posting]] = {}
    for post in posts.select_related("user", "unit")[:most]:
        found.setdefault(post.user_id, []).append(post)
    return found


def judged(run: Run, step: Step, purpose: str, found: Mapping[int, list[Posting]]) -> list[Candidate]:
    """These people as candidates for one step, those who may be asked first."""
    why = _judge(run, step, purpose)
    made = [_candidate(step, held, why) for held in found.values()]
    near = step.unit.division  # colleagues of the step's own unit first
    return sorted(made, key=lambda one: (bool(one.why), not one.unit.code.startswith(near)))[:SHOWN]


def pick(run: Run, step: Step, purpose: str, user_id: int) -> Candidate:
    """The one person named; refused with the reason when they may not be asked."""
    named = next(iter(of(run, step, purpose, user_id=user_id)), None)
    if named is None:
        user = User.objects.filter(pk=user_id).first()
        if user is None:
            raise errors.NotFound()
        raise errors.NoSuchCandidate(who=str(user), why=WHY["out_of_scope"])
    if named.why:
        raise errors.NoSuchCandidate(who=str(named.user), why=named.reason)
    return named


def _posts(run: Run, step: Step, purpose: str) -> Any:
    """Postings in question. Reassigning stays with the step's own post or goes to its superior; a signer or adviser is
    of the asker's own division, of one under it, or over the step's unit."""
    posts = Posting.objects.filter(policies.valid_on(run.today), user__is_active=True)
    posts = posts.order_by("unit__code", "role", "user_id")
    over = _over(step.unit.code)
    if purpose == REASSIGN:
        return posts.filter(over, role__in={step.role, step.supervisor_role})
    mine = rights.authority(run, step)
    near = over | policies.prefix_range("unit__code", mine.division) if mine else over
    return posts.filter(near).exclude(role__in=NEVER_ASKED)


def _over(unit_code: str) -> Q:
    digits = unit_code.split(".")[0]
    return policies.division_in([digits[:length] for length in (2, 4, 6, 9, 12, 14) if len(digits) >= length])


def _candidate(step: Step, held: list[Posting], why: Callable[[User, list[Posting]], str]) -> Candidate:
    best = min(held, key=lambda post: post.role != step.role)
    return Candidate(best.user, best.role, best.unit, why(best.user, held))


def _judge(run: Run, step: Step, purpose: str) -> Callable[[User, list[Posting]], str]:
    mine = step.holder_id is None and rights.authority(run, step) is not None
    asking = _asking(run, step, purpose, mine=mine)
    aspects = set(run.plan(step).aspects)

    def why(user: User, held: Iterable[Posting]) -> str:
        own = [Authority(post.pk, user, None, post.role, post.unit) for post in held]
        return handing.why_not(
            asking,
            user.pk,
            excluded=lambda: rights.exclusion(run, step, frozenset({user.pk})),
            sees=lambda: aspects <= policies.aspects_in_sight(own, run.case),
        )

    return why


def why_not_given(run: Run, step: Step, user_id: int) -> str:
    """Why a step may not be put into somebody's hands, as a code of WHY."""
    asking = _asking(run, step, REASSIGN)
    return handing.why_not_given(asking, user_id, excluded=lambda: rights.exclusion(run, step, frozenset({user_id})))


def _asking(run: Run, step: Step, purpose: str, *, mine: bool = False) -> handing.Asking:
    actor = run.actor.pk if run.actor else None
    counts = purpose != REASSIGN or step.added_by_id  # else nobody asks who is beside it: a long selection is judged so
    beside = _asked_already(run, step) if counts else ()
    return handing.Asking(purpose, actor, step.holder_id, step.added_by_id, mine, beside)


def _asked_already(run: Run, step: Step) -> set[int]:
    """Holders of open steps of the same group, child rounds included."""
    top = seats.root(run, step.round)
    live = [one for one in run.rounds if one.closed_at is None and seats.root(run, one) is top]
    return {s.holder_id for one in live for s in one.run if s.state == "open" and s.holder_id and s is not step}


def sees(user: User, run: Run) -> bool:
    """Whether a person sees the case by their posts, so that no grant of sight is needed."""
    return policies.visible_cases(user, run.today).filter(pk=run.case.pk).exists()
