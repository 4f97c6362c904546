"""What a verdict will do to the others, in words: said before the click, from the very rules that then decide."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from workflow import policies, rights, seats
from workflow.models import Round, Step, kinds
from workflow.queries import aftermath, words
from workflow.queries.aftermath import Aftermath
from workflow.queries.glance import Glance
from workflow.rules import conditions, effects
from workflow.rules.effects import RESUMES, RETURN
from workflow.rules.route import FAILED, PASSED, GroupSpec, Place
from workflow.rules.words import listed

MOST = 4  # names in a sentence; of the others only how many they are


def of(glance: Glance, step: Step, verdict: str, to: str = "", resume: str = "with_me") -> list[str]:
    """Sentences, in order: what becomes of the group, who is no longer asked, who is asked next or where it goes."""
    after = aftermath.of(glance, step, verdict, to, resume)
    if verdict == RETURN or after.result == FAILED:
        return list(_backwards(glance, after, resume if verdict == RETURN else "again"))
    return list(_in_its_group(glance, step, after))


def of_returns(glance: Glance, step: Step) -> list[tuple[str, str, list[str]]]:
    """(to, resume, sentences) for every way in which a step can be returned."""
    points = rights.return_points(glance, step.round)
    return [
        (place.group.key, resume, of(glance, step, RETURN, place.group.key, resume))
        for place in points
        for resume in RESUMES
    ]


def _in_its_group(glance: Glance, step: Step, after: Aftermath) -> Iterator[str]:
    live = seats.root(glance, step.round)
    if after.needed:
        yield ngettext(
            "The group stays open: %(n)s more approval is needed.",
            "The group stays open: %(n)s more approvals are needed.",
            after.needed,
        ) % {"n": after.needed}
    if after.ended:
        yield _said(_("No longer asked: %(who)s."), who=_some([who(one) for one in after.ended]))
    if after.opens_next:
        yield _("Next in turn: %(who)s.") % {"who": words.name(seats.waiting(glance, live)[0].names)}
    if after.waits_for:
        decides = after.waits_for.state == "open" and step.round.kind == Round.BEFORE
        said = _("Then %(who)s decides.") if decides else _("Then it goes on with %(who)s.")
        yield said % {"who": who(after.waits_for)}
    elif after.result == PASSED:
        yield from _onwards(glance, glance.route.places[live.group])
    elif not after.needed:
        yield _("Others who were asked with you still have to answer.")


def _backwards(glance: Glance, after: Aftermath, resume: str) -> Iterator[str]:
    """Where it goes, who is no longer asked here and beside, and whose approvals count on or no more."""
    if after.to is None:
        yield _("It goes back to the point you choose; the group ends here.")
        return
    failed = _("The group can then no longer pass: it goes back to %(group)s.")
    yield _said(failed if after.result == FAILED else _("It goes back to %(group)s."), group=_bold(after.to))
    if after.goes_on:
        yield _("Meanwhile this group is asked again.")
    elif after.ended:
        yield _said(_("No longer asked: %(who)s."), who=_some([who(one) for one in after.ended]))
    others = [one for one in after.aside if one[0].group != after.to.group.key]  # the point itself is asked anew
    if others:
        named = [_beside(glance, live, steps) for live, steps in others]
        yield _said(_("Ends beside it: %(groups)s."), groups=_some(named))
    gone = [glance.route.places[one.group] for one in after.void if one.group != after.to.group.key]
    if resume == "again" and gone:
        yield _said(_("Its approval counts no more: %(groups)s."), groups=_some([_bold(one) for one in gone]))
    elif after.standing:
        groups = _some([_bold(one) for one in after.standing])
        yield _said(_("Stays approved unless its content changes: %(groups)s."), groups=groups)


def _beside(glance: Glance, live: Round, steps: Sequence[Step]) -> str:
    place = glance.route.places.get(live.group)
    name = _bold(place) if place else live.group
    return format_html("{} ({})", name, listed(who(one) for one in steps)) if steps else name


def _bold(place: Place) -> SafeString:
    return format_html("<b>{}</b>", words.name(place.group.names))


def _some(names: Sequence[str]) -> SafeString:
    """The first few of many, each once."""
    each = list(dict.fromkeys(str(conditional_escape(name)) for name in names))
    said = SafeString(listed(each[:MOST]))
    return _said(_("%(names)s and %(n)s more"), names=said, n=len(each) - MOST) if len(each) > MOST else said


def _said(sentence: str, **named: Any) -> SafeString:
    """A sentence with names in it that may be marked up already."""
    return SafeString(conditional_escape(sentence) % {key: conditional_escape(one) for key, one in named.items()})


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
