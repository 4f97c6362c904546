"""What a verdict will do to the others, in words: said before the click, from the very rules that then decide."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from workflow import policies, rights, seats
from workflow.models import Round, Step, kinds
from workflow.queries import words
from workflow.queries.glance import Glance
from workflow.rules import conditions, effects
from workflow.rules.effects import APPROVE, REFUSE, RETURN, Effect
from workflow.rules.route import FAILED, OPEN, PASSED, GroupSpec, Place
from workflow.rules.words import listed


def of(glance: Glance, step: Step, verdict: str, to: str = "", resume: str = "with_me") -> list[str]:
    """Sentences, in order: what becomes of the group, who is no longer asked, who is asked next or where it goes."""
    live = seats.root(glance, step.round)
    child = step.round if step.round is not live else None
    if verdict == RETURN:
        return list(_sent_back(glance, live, to, resume))
    if child is not None:
        return list(_in_child(glance, child, live, step, verdict))
    found = effect(glance, live, step, verdict)
    return list(_words(glance, live, found, step))


def effect(glance: Glance, live: Round, step: Step, verdict: str, to: str = "", resume: str = "with_me") -> Effect:
    """The pure effect of a verdict on a seat of a group's own round."""
    members = seats.members(glance, live)
    key = next(index for index, one in enumerate(members) if one is step)
    table = seats.table(glance, live)
    fails_to = rights.refuse_point(glance, live).group.key
    return effects.effect(table, key, verdict, on_refuse=fails_to, return_to=to, resume=resume)


def _words(glance: Glance, live: Round, found: Effect, step: Step) -> Iterator[str]:
    members = seats.members(glance, live)
    if found.result == FAILED:
        back = {"group": name_of(glance, found.goes_to)}
        yield (
            _("The group can then no longer pass: it goes back to “%(group)s”, and all from there on are asked again.")
            % back
        )
    elif found.result == OPEN:
        yield ngettext(
            "The group stays open: %(n)s more approval is needed.",
            "The group stays open: %(n)s more approvals are needed.",
            found.needed,
        ) % {"n": found.needed}
    others = [members[int(str(key))] for key in found.cancelled if members[int(str(key))] is not step]
    if ended := [who(one) for other in others for one in _asked_for(glance, other)]:
        yield _("No longer asked: %(who)s.") % {"who": listed(ended)}
    if found.opens_next:
        following = seats.waiting(glance, live)[0]
        yield _("Next in turn: %(who)s.") % {"who": words.name(following.names)}
    if found.result == PASSED:
        yield from _onwards(glance, glance.route.places[live.group])


def _asked_for(glance: Glance, step: Step) -> Iterator[Step]:
    """Who is asked for a seat: its own step while that is open, and the signers and advisers still asked for it."""
    if step.state == "open":
        yield step
    for child in seats.children(glance, step):
        for one in child.run:
            yield from _asked_for(glance, one)


def _onwards(glance: Glance, here: Place) -> Iterator[str]:
    """What is asked once a group has passed."""
    following = _next_group(glance, here)
    if following is not None:
        yield _("Next: %(group)s.") % {"group": _asked(glance, following)}
        return
    rest = [track for track in glance.route.tracks_open_in(glance.case.state) if track.stage == glance.case.state]
    others = [track for track in rest if track.key != here.track.key and not _done(glance, track.groups)]
    if here.stage.state != glance.case.state or others:
        yield _("This track is then done; the others of this stage still run.")
        return
    ways = [t for t in glance.case.get_available_state_transitions() if t.custom.get("advance")]
    if len(ways) == 1:
        yield _("It then moves on to: %(state)s.") % {"state": kinds.state_names().get(ways[0].target, ways[0].target)}


def _next_group(glance: Glance, here: Place) -> Place | None:
    for group in here.track.groups[here.position + 1 :]:
        applies = any(conditions.holds(plan.condition, glance.case.facts) for plan in group.plans)
        if applies and not glance.stands(group.key):
            return glance.route.places[group.key]
    return None


def _done(glance: Glance, groups: Iterable[GroupSpec]) -> bool:
    return all(
        glance.stands(group.key) or not any(conditions.holds(plan.condition, glance.case.facts) for plan in group.plans)
        for group in groups
    )


def _asked(glance: Glance, place: Place) -> str:
    plans = [plan for plan in place.group.plans if conditions.holds(plan.condition, glance.case.facts)]
    posts = sorted({str(policies.Role(plan.role).label) for plan in plans})
    return f"{words.name(place.group.names)} ({listed(posts)})"


def _sent_back(glance: Glance, live: Round, to: str, resume: str) -> Iterator[str]:
    if to:
        yield _("It goes back to “%(group)s”; the group ends here.") % {"group": name_of(glance, to)}
    else:
        yield _("It goes back to the point you choose; the group ends here.")
    if resume == "again":
        yield _("Afterwards everyone from there on is asked again.")
    else:
        yield _("Afterwards only those are asked again whose content was changed; then it comes back to this group.")


def _in_child(glance: Glance, child: Round, live: Round, step: Step, verdict: str) -> Iterator[str]:
    """An added signer: their refusal is the refusal of the step they were added to."""
    above = seats.parent(glance, child)
    assert above is not None
    inner = effect(glance, child, step, verdict)
    if inner.result == OPEN:
        yield _("Others who were asked with you still have to answer.")
    elif verdict == APPROVE and child.kind == Round.BEFORE:
        yield _("Then %(who)s decides.") % {"who": who(above)}
    elif child.parent_id and above.round is live:
        counted = APPROVE if verdict == APPROVE else REFUSE
        yield from _words(glance, live, effect(glance, live, above, counted), above)
    else:
        yield _("Then it goes on with %(who)s.") % {"who": who(above)}


def who(step: Step) -> str:
    """Whom a step asks: its holder, or post and unit."""
    return str(step.holder) if step.holder else f"{step.unit.name} {policies.Role(step.role).label}"


def name_of(glance: Glance, group: str) -> str:
    """A group in words."""
    place = glance.route.places.get(group)
    return words.name(place.group.names) if place else group


def of_dropping(glance: Glance, step: Step) -> list[str]:
    """What dropping an added signer does."""
    said = [_("%(who)s is no longer asked and is told nothing more.") % {"who": who(step)}]
    live = seats.root(glance, step.round)
    above = seats.parent(glance, step.round)
    if above is not None:
        return [*said, _("%(who)s no longer waits for them.") % {"who": who(above)}]
    members = seats.members(glance, live)
    key = next(index for index, one in enumerate(members) if one is step)
    after = effects.standing(effects.without(seats.table(glance, live), key))
    return said + (list(_onwards(glance, glance.route.places[live.group])) if after == PASSED else [])


def of_taking_back(glance: Glance, step: Step) -> list[str]:
    """What taking one's decision back does."""
    live = seats.root(glance, step.round)
    open_now = [one for one in glance.steps if one.state == "open" and seats.root(glance, one.round) is not live]
    place = glance.route.places.get(live.return_to if live.outcome in Round.SENT_BACK else live.group)
    behind = [
        one
        for one in open_now
        if place and (p := glance.route.places.get(one.round.group)) and glance.route.falls(p, place)
    ]
    said = [
        _("“%(group)s” is asked again; your decision stays in the history.") % {"group": name_of(glance, live.group)}
    ]
    if behind:
        said.append(_("No longer asked: %(who)s.") % {"who": listed(sorted({who(one) for one in behind}))})
    return said
