"""Who is around a step or a case: whom it waits for, who leads, who manages it, and what everybody did on it."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial

from workflow.models import Case, Decision, Posting, Round, Step, Substitution, User
from workflow.policies import (
    Authority,
    authority_for,
    division_in,
    postings_of,
    step_filter,
    valid_on,
)
from workflow.rules import handover, leading
from workflow.rules.four_eyes import Act
from workflow.rules.route import Place, RouteSpec


def authorities_over(role: str, unit_code: str, today: date) -> list[Authority]:
    """Every valid posting of the role over the unit, own and lent: who could be asked, under which names."""
    digits = unit_code.split(".")[0]
    codes = [digits[:length] for length in (2, 4, 6, 9, 12, 14) if len(digits) >= length]
    posts = Posting.objects.filter(division_in(codes), valid_on(today), role=role).select_related("user", "unit")
    held = {post.pk: post for post in posts.order_by("user_id")}
    lent = Substitution.objects.filter(valid_on(today), revoked_at=None, posting__in=held).select_related("substitute")
    own = [Authority(p.pk, p.user, None, p.role, p.unit) for p in held.values() if p.user.is_active]
    return own + [
        Authority(s.posting_id, s.substitute, held[s.posting_id].user, role, held[s.posting_id].unit)
        for s in lent.order_by("substitute_id")
        if s.substitute.is_active
    ]


def acts_of(route: RouteSpec, steps: Iterable[Step], decisions: Mapping[int, Decision]) -> list[Act]:
    """Everything persons did on a case, for four eyes: decisions, decisions carried forward, groups overridden.

    `steps` carry their rounds, `decisions` are by step id.
    """
    made, rounds = [], {}
    for step in steps:
        rounds[step.round_id or id(step.round)] = step.round
        decision = decisions.get(step.carried_from_id or step.pk)
        if decision:
            persons = frozenset(pk for pk in (decision.actor_id, decision.on_behalf_of_id) if pk)
            duty = route.plans[step.plan][1].duty  # of an earlier version where the case was migrated since
            made.append(Act(persons, step.round.stage, step.round.group, duty))
    for live in rounds.values():
        place = _place_of(route, live, steps)
        persons = frozenset(pk for pk in (live.override_by_id, live.override_for_id) if pk)
        if persons and place:
            made += [Act(persons, live.stage, live.group, plan.duty) for plan in place.group.plans]
    return made


def _place_of(route: RouteSpec, live: Round, steps: Iterable[Step]) -> Place | None:
    """Where a round's group stands: in this version, or in the one it ran under where the case was migrated since."""
    here = route.places.get(live.group)
    former = (route.plans[step.plan][0] for step in steps if step.round_id == live.pk)
    return here or next(former, None)


def asked(step: Step, today: date) -> list[User]:
    """Whom an open step waits for now: its claimant while their posting lasts, with the two names of a substitution;
    else everyone whose posting covers it."""
    covering = authorities_over(step.role, step.unit.code, today)
    joined = [a for a in covering if step.holder_id in ({a.user.pk} | ({a.lender.pk} if a.lender else set()))]
    people = {a.user.pk: a.user for a in joined or covering}
    people |= {a.lender.pk: a.lender for a in joined if a.lender and a.user.pk == step.holder_id and a.lender.is_active}
    return [people[pk] for pk in sorted(people)]


def asked_by_step(steps: Iterable[Step], today: date) -> dict[int, list[User]]:
    """Whom each open step waits for: its claimant, else everyone whose posting, own or lent, covers it.

    Two statements, however many steps.
    """
    steps = list(steps)
    prefixes = {step.unit.division[:size] for step in steps for size in (2, 4, 6, 9, 12, 14)}
    posts = Posting.objects.filter(division_in(sorted(prefixes)), valid_on(today), role__in={s.role for s in steps})
    held = {post.pk: post for post in posts.select_related("user", "unit")} if steps else {}
    lent = Substitution.objects.filter(valid_on(today), revoked_at=None, posting__in=held).select_related("substitute")
    seats = [(post, post.user) for post in held.values()]
    seats += [(held[loan.posting_id], loan.substitute) for loan in lent] if held else []
    return {step.pk: [step.holder] if step.holder else _covering(step, seats) for step in steps}


def _covering(step: Step, seats: list[tuple[Posting, User]]) -> list[User]:
    fitting = [
        user
        for post, user in seats
        if user.is_active and post.role == step.role and step.unit.code.startswith(post.unit.division)
    ]
    return sorted(set(fitting), key=lambda user: user.pk)


def leads(authorities: Iterable[Authority], step: Step, case: Case) -> Authority | None:
    """The posting that makes its user a leader over a step: the step's supervisor, or a leader over either unit."""
    unit, home = step.unit.code, case.home_unit.code
    fitting = [a for a in authorities if leading.leads_step(a, supervisor=step.supervisor_role, unit=unit, home=home)]
    return min(fitting, key=lambda a: a.lender is not None, default=None)


def managing(authorities: Iterable[Authority], case: Case, steps: Iterable[Step]) -> Authority | None:
    """The posting under which its user may act on one of these open steps, or manages the home unit's cases."""
    authorities, home = list(authorities), case.home_unit.code
    acting = [found for step in steps if (found := authority_for(authorities, step))]
    return next(iter([*acting, *(a for a in authorities if leading.manages(a, home))]), None)


def desk_of(user: User, today: date) -> list[Step]:
    """Open steps that wait for this person alone: held by them, or unclaimed where nobody else's own posting covers."""
    held = Step.objects.filter(state="open", holder=user)
    own = [a for a in postings_of(user, today) if a.lender is None]
    free = Step.objects.filter(step_filter(own), state="open", holder=None)
    found = (held | free).select_related("case", "unit", "holder", "round").order_by("pk")
    known: dict[tuple[str, str], list[frozenset[int]]] = {}

    def could(step: Step) -> list[frozenset[int]]:
        post = (step.role, step.unit.code)
        if post not in known:
            known[post] = [a.persons for a in authorities_over(*post, today)]
        return known[post]

    return [step for step in found if handover.is_on_desk(step.holder_id, user.pk, partial(could, step))]


def units_of(user: User, today: date) -> list[str]:
    """Codes of the units in which this person holds a post, or held their last ones."""
    posts = Posting.objects.filter(user=user).select_related("unit")
    return [p.unit.code for p in posts.filter(valid_on(today))] or [p.unit.code for p in posts]


def leads_unit(authorities: Iterable[Authority], code: str) -> bool:
    """Whether one of these postings leads the unit."""
    return any(a.lender is None and leading.leads_unit(a, code) for a in authorities)


def still_holds(step: Step, today: date) -> bool:
    """Whether the claimant of a step still has a posting, own or lent, that covers it."""
    return any(a.user.pk == step.holder_id for a in authorities_over(step.role, step.unit.code, today))
