"""Before a desk is handed over: each step of it, and whether this successor can take it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from workflow import errors, policies, reach
from workflow.candidates import NEVER_ASKED, WHY
from workflow.models import Posting, Step, User
from workflow.models.plan import spec
from workflow.queries import words
from workflow.queries.exclusions import exclusions
from workflow.rules import handing

MOST = 500  # people on a list


@dataclass(frozen=True)
class Person:
    """Somebody who may leave or take over, with the posts they hold today, or held last."""

    user: User
    posts: list[Posting]
    here: bool  # the posts are held today

    @property
    def words(self) -> str:
        """Name, units and posts."""
        held = _(", ").join(f"{post.unit.name} · {post.get_role_display()}" for post in self.posts)
        return f"{self.user} · {held}" if self.here else f"{self.user} · {held} ({_('ended')})"


@dataclass(frozen=True)
class DeskLine:
    """One step of the desk. No title and no family: who hands a desk over need not see its cases."""

    step_id: int
    reference: str
    name: str
    unit: str
    due: date
    held: bool  # held by the leaver; else unclaimed, and nobody else holds the post
    why_not: str


@dataclass(frozen=True)
class Desk:
    """What a hand-over would do."""

    lines: list[DeskLine]
    posts: list[Posting]
    can: int


def people(users: QuerySet[User], today: date) -> list[Person]:
    """These people by name, each with their posts; at most 500."""
    named = list(users.distinct().order_by("full_name", "pk")[:MOST])
    held: dict[int, list[Posting]] = {user.pk: [] for user in named}
    for post in Posting.objects.filter(user__in=named).select_related("unit").order_by("-valid_from", "pk"):
        held[post.user_id].append(post)
    return [_person(user, held[user.pk], today) for user in named]


def _person(user: User, posts: list[Posting], today: date) -> Person:
    current = [post for post in posts if policies.in_force(post, today)]
    return Person(user, current or posts[:1], bool(current))


def successors(people: Iterable[Person], leaver: User | None) -> list[Person]:
    """Those of them who may take the leaver's desk: never who only watches, unless the leaver holds that post too."""
    left = {post.role for one in people if leaver and one.user.pk == leaver.pk for post in one.posts}
    return [
        one
        for one in people
        if one.user.is_active
        and one.user != leaver
        and (not one.here or any(post.role not in NEVER_ASKED or post.role in left for post in one.posts))
    ]


def desk(leaver: User, to: User | None, today: date, *, giving: Iterable[Posting] = ()) -> Desk:
    """The leaver's desk, judged for a successor (None: not chosen yet) who will hold the posts that are being given."""
    steps = reach.desk_of(leaver, today)
    posts = list(Posting.objects.filter(policies.valid_on(today), user=leaver).select_related("unit"))
    own = [a for a in policies.postings_of(to, today) if a.lender is None] if to else []
    new = {(post.role, post.unit.division) for post in giving}
    given = [a for a in policies.postings_of(leaver, today) if a.lender is None and (a.role, a.division) in new]
    barred = _barred(steps, to) if to else {}
    lines = []
    for step in steps:
        why = ""
        if to and policies.authority_for([*own, *given], step) is None:
            role = policies.Role(step.role).label
            why = str(errors.NoPosting(who=str(to), role=role, unit=step.unit.name))
        elif to and barred.get(step.pk):
            why = str(errors.NoSuchCandidate(who=str(to), why=WHY[barred[step.pk]]))
        plan = spec(step.case.route_id).plans[step.plan][1]
        lines.append(
            DeskLine(
                step_id=step.pk,
                reference=step.case.reference,
                name=words.name(plan.names),
                unit=step.unit.name,
                due=step.due,
                held=step.holder_id == leaver.pk,
                why_not=why,
            )
        )
    return Desk(lines, posts, sum(not line.why_not for line in lines) if to else 0)


def _barred(steps: list[Step], to: User) -> dict[int, str]:
    """By step, why it may not be put into the successor's hands, as candidates.why_not_given says of one."""
    found = exclusions(steps, to.pk)
    added = [step for step in steps if step.added_by_id]
    open_steps = Step.objects.filter(state="open", holder=to, case__in={step.case_id for step in added})
    theirs = set(open_steps.values_list("case_id", "round__group")) if added else set()

    def why_not(step: Step) -> str:
        beside = (to.pk,) if (step.case_id, step.round.group) in theirs else ()
        asking = handing.Asking(handing.REASSIGN, added_by=step.added_by_id, beside=beside)
        return handing.why_not_given(asking, to.pk, excluded=lambda: found.get(step.pk, ""))

    return {step.pk: why for step in steps if (why := why_not(step))}
