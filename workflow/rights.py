"""Why a person may not act on a step: the reasons, in order, as the refusals that commands raise and pages show."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from workflow import errors, policies, reach, seats
from workflow.models import FINAL_STATES, Hold, Round, Step, kinds
from workflow.policies import Authority
from workflow.rules import dropping, four_eyes, taking_back, words
from workflow.rules.codes import HOLD_CAUSES
from workflow.rules.effects import COUNTED
from workflow.rules.route import Place, nearest
from workflow.seats import Run

PREVIOUS, DRAFTER = "previous", "drafter"


def authority(run: Run, step: Step) -> Authority | None:
    """The posting under which the actor may act on this step."""
    return policies.authority_for(run.authorities, step)


def why_not(run: Run, step: Step) -> errors.Refusal | None:
    """The first reason why this actor may not decide this step now; None when they may."""
    refusal = still_open(run, step) or claimed(run, step) or not_mine(run, step)
    if refusal:
        return refusal
    mine = authority(run, step)
    assert mine is not None
    return recused(run, step, mine) or too_early(run, step) or waits_for(run, step)


def why_not_ask(run: Run, step: Step) -> errors.Refusal | None:
    """Why this actor may not ask others to join the step, or answer what they were asked."""
    refusal = still_open(run, step) or claimed(run, step) or not_mine(run, step)
    if refusal:
        return refusal
    mine = authority(run, step)
    assert mine is not None
    return recused(run, step, mine)


def why_not_release(run: Run, step: Step) -> errors.Refusal | None:
    """Only who claimed a step puts it back; one that was given to a person stays with them."""
    if step.state != "open":
        return still_open(run, step)
    mine = run.actor is not None and step.holder_id == run.actor.pk
    return None if mine and not step.assigned else errors.NotAllowed()


def why_not_hand_on(run: Run, step: Step) -> errors.Refusal | None:
    """Why this actor may not reassign the step: its holder may, and the leader over it."""
    refusal = still_open(run, step)
    if refusal or leading(run, step):
        return refusal
    return claimed(run, step) or not_mine(run, step)


def leading(run: Run, step: Step) -> Authority | None:
    """The posting that makes the actor the leader over the step."""
    fitting = [a for a in run.authorities if a.covers(step.supervisor_role, step.unit.code)]
    return min(fitting, key=lambda a: a.lender is not None, default=None)


def handing_for(run: Run, step: Step) -> Authority:
    """The posting under which the actor hands the step on."""
    found = authority(run, step) or leading(run, step)
    assert found is not None
    return found


def why_not_drop(run: Run, step: Step) -> errors.Refusal | None:
    """Why this actor may not drop the signer of this step."""
    why = dropping.why_not(
        added=step.added_by_id is not None,
        closed=lambda: still_open(run, step) is not None,
        holds_beside=lambda: dropping_for(run, step) is not None,
    )
    if why == dropping.CLOSED:
        return still_open(run, step)
    return {"": None, dropping.NOT_ADDED: errors.NotAnAddedSigner(), dropping.NOT_YOURS: errors.NotYoursToDrop()}[why]


def dropping_for(run: Run, step: Step) -> Authority | None:
    """The posting under which the actor holds another step of the signer's group: an open one; or one they decided,
    for signers whom they added themselves. Who has handed their step on has none of these."""
    me = run.actor.pk if run.actor else None
    others = [one for one in seats.signers(run, seats.root(run, step.round)) if one is not step]
    mine = [authority(run, one) for one in others if dropping.holds(_beside(run, one), me, step.added_by_id)]
    return next((found for found in mine if found), None)


def _beside(run: Run, one: Step) -> dropping.Beside:
    if one.state == "open":
        return dropping.Beside(open=True, anothers=claimed(run, one) is not None)
    decision = run.decisions.get(one.pk)
    return dropping.Beside(decided_by=decision.actor_id if decision and not one.taken_back_at else None)


def why_not_take_back(run: Run, step: Step) -> errors.Refusal | None:
    """Why this actor may not take back the decision of this step: not theirs, or somebody after them has acted."""
    own, me = seats.own(run, step), run.actor.pk if run.actor else None
    posted = authority(run, step) is not None
    why = taking_back.why_not_yours(own, me, held=run.hold is not None, posted=posted)
    if why == taking_back.HELD and run.hold:
        return errors.OnHold(since=f"{timezone.localtime(run.hold.since):%Y-%m-%d}", cause=HOLD_CAUSES[run.hold.cause])
    if why == taking_back.NO_POST:
        return not_mine(run, step)
    if why or own is None:
        return errors.NotYourDecision()
    live = seats.ran(run, seats.root(run, step.round))
    every = (seats.ran(run, one) for one in run.rounds)
    bar = taking_back.built_on(own, live, every, run.route, final=run.case.is_final)
    return _built_on(run, bar) if bar else None


def _built_on(run: Run, bar: taking_back.Bar) -> errors.Refusal:
    """What stands in the way of a taking back, in words: who acted after the decision, and when."""
    if bar.code == taking_back.PAST:
        return errors.PastTakingBack(state=state_name(run))
    if bar.code == taking_back.WAITED_FOR:
        return errors.PastTakingBack(state=_("others of this group are waiting for an answer"))
    live = next(one for one in run.rounds if one.pk == bar.round)
    if bar.code == taking_back.SETTLED:
        return _acted(_("Somebody else"), live.closed_at)
    if bar.code == taking_back.OVERRIDDEN:
        return _acted(live.override_by, live.closed_at)
    if bar.code in (taking_back.ENDED, taking_back.DECIDED):
        decision = run.decisions[bar.step or live.closed_by_id or 0]
        return _acted(decision.actor, decision.at)
    step = next(one for one in live.run if one.pk == bar.step)
    if bar.code == taking_back.ASKED:
        return _acted(step.added_by, step.opened_at)
    return _acted(step.holder, step.closed_at)


def _acted(who: object, when: datetime | None) -> errors.ActedSince:
    assert when is not None
    return errors.ActedSince(who=str(who), when=f"{timezone.localtime(when):%Y-%m-%d %H:%M}")


def state_name(run: Run) -> str:
    """The state of the case in words."""
    return str(kinds.state_names().get(run.case.state, run.case.state))


def not_mine(run: Run, step: Step) -> errors.Refusal | None:
    """No posting of the actor covers the step."""
    if authority(run, step) is None:
        return errors.NotYours(role=policies.Role(step.role).label, unit=step.unit.name)
    return None


def still_open(run: Run, step: Step) -> errors.Refusal | None:
    """A step that has ended says how; a held case says since when."""
    if step.pk in run.decisions or step.state != "open":
        return over(run, step)
    hold = held(run, step)
    if hold:
        return errors.OnHold(since=f"{timezone.localtime(hold.since):%Y-%m-%d}", cause=HOLD_CAUSES[hold.cause])
    return None


def over(run: Run, step: Step) -> errors.Refusal:
    """Of a step that is not open any more: AlreadyDecided names who and when, a cancelled one says why."""
    decision = run.decisions.get(step.pk)
    if decision is None:
        return errors.NoLongerOpen(why=why_closed(step))
    when = timezone.localtime(decision.at)
    words = {"approve": _("approved"), "return": _("returned"), "refuse": _("refused")}
    return errors.AlreadyDecided(
        who=str(decision.actor), when=f"{when:%Y-%m-%d %H:%M}", verdict=words[decision.verdict]
    )


def held(run: Run, step: Step) -> Hold | None:
    """What keeps it from being decided: a hold on its case, on its round, or on the group's round above that."""
    return run.hold_on(step) or run.round_holds.get(seats.root(run, step.round).pk)


def why_closed(step: Step) -> str:
    """Why a step ended without a decision, in words."""
    words = {
        "passed": _("the others have settled it"),
        "returned": _("it was sent back"),
        "changed": _("what was approved before it has changed"),
        "refused": _("the group did not agree, it was sent back"),
        "taken_back": _("the decision before it was taken back"),
        "dropped": _("the signer was dropped"),
        "signer_refused": _("the added signer did not agree"),
        "answered": _("the opinion was given"),
        "override": _("the group was passed by an override"),
        "migrated": _("the agreement was moved to another version of its route"),
        "mended": _("an operator put it right"),
        "carried": _("the decision before it counts for it too"),
        **dict.fromkeys(FINAL_STATES, _("the agreement has ended")),
    }
    code = step.close_reason or step.state
    return words.get(code, code)


def claimed(run: Run, step: Step) -> errors.Refusal | None:
    """Someone else holds this step."""
    if step.holder_id and run.actor and step.holder_id != run.actor.pk:
        if any(a.lender and a.lender.pk == step.holder_id for a in run.authorities):
            return None
        if not step.assigned and not reach.still_holds(step, run.today):
            return None  # a claim ends with the posting, or the substitution, under which it was made
        since = timezone.localtime(step.claimed_at or step.opened_at)
        kind = errors.AskedOfAnother if step.assigned else errors.ClaimedByAnother
        return kind(who=str(step.holder), since=f"{since:%Y-%m-%d %H:%M}")
    return None


def recused(run: Run, step: Step, mine: Authority) -> errors.Refusal | None:
    """Four eyes, for actor and on-behalf-of alike."""
    why = exclusion(run, step, mine.persons)
    return errors.Recused(why=errors.RECUSALS[why]) if why else None


def exclusion(run: Run, step: Step, persons: frozenset[int]) -> str:
    """Why four eyes excludes these persons from a step, as a code; empty when they may."""
    place, plan = run.route.plans[step.plan]
    why = four_eyes.exclusion(persons, place, plan, run.acts(), run.case.authors, run.cadres)
    return why or ("voted" if persons & voters(run, seats.root(run, step.round), step) else "")


def voters(run: Run, live: Round, step: Step | None = None) -> frozenset[int]:
    """Who has a vote in this group already, where heads are counted or signers were added: one person, one vote. That
    of `step` itself is not counted."""
    steps = list(seats.signers(run, live))
    if live.rule not in COUNTED and not any(one.added_by_id for one in steps):
        return frozenset()
    made = [
        run.decisions[one.pk] for one in steps if one.pk in run.decisions and one is not step and not one.taken_back_at
    ]
    return frozenset(pk for d in made for pk in (d.actor_id, d.on_behalf_of_id) if pk)


def too_early(run: Run, step: Step) -> errors.Refusal | None:
    """A public notice or the like has to run first."""
    if step.not_before and run.today < step.not_before:
        return errors.TooEarly(when=step.not_before.isoformat())
    return None


def waits_for(run: Run, step: Step) -> errors.Refusal | None:
    """Somebody was asked before this step: a signer before it, or for an opinion; or they in turn asked somebody."""
    before = _before(run, step)
    return errors.WaitsForAnother(who=words.listed(one.holder for one in asked_before(run, step))) if before else None


def _before(run: Run, step: Step) -> list[Round]:
    return [child for child in seats.children(run, step) if child.closed_at is None and child.kind in Round.WAITED_FOR]


def asked_before(run: Run, step: Step) -> list[Step]:
    """The open steps of those who were asked before this step."""
    return [one for child in _before(run, step) for one in seats.asked(run, child)]


def return_points(run: Run, live: Round) -> list[Place]:
    """Where a return from this round may go: earlier groups that have run and whose state can be gone back to."""
    ran = {one.group for one in run.rounds}
    places = [place for place in run.route.earlier_points(live.group) if place.group.key in ran]
    return reachable(run, places)


def reachable(run: Run, places: Iterable[Place]) -> list[Place]:
    """Places worked on in the present state, or in one the lifecycle lets the case go back to."""
    backs = {t.target for t in run.case.get_available_state_transitions() if t.custom.get("back")}
    return [p for p in places if p.stage.state in backs or run.route.is_open(p, run.case.state)]


def refuse_point(run: Run, live: Round) -> Place:
    """Where a group goes that cannot pass any more: its on_refuse point (default the drafter), or the start of its own
    track where the lifecycle does not go back that far (never behind signing once signed)."""
    here = run.route.places[live.group]
    wanted = here.group.on_refuse or run.route.stages[0].tracks[0].groups[0].key
    found = reachable(run, [run.route.places[wanted]])
    return found[0] if found else run.route.places[here.track.groups[0].key]


def return_point(run: Run, live: Round, to: str) -> Place | None:
    """The place a return names: a group's key, `previous` (the nearest earlier point) or `drafter`."""
    points = return_points(run, live)
    if to == PREVIOUS:
        return nearest(run.route.places[live.group], points)
    wanted = run.route.stages[0].tracks[0].groups[0].key if to == DRAFTER else to
    return next((place for place in points if place.group.key == wanted), None)
