"""Which verbs a person may do with a step, or why not, and what each will do: the one list pages and API show."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workflow import candidates, clock, errors, policies, readiness, rights, seats
from workflow.candidates import Candidate
from workflow.models import Case, Round, Step, User
from workflow.queries import consequences, glance, losses, words
from workflow.queries import verb_fields as fields
from workflow.queries.glance import Glance
from workflow.queries.verb_fields import Field

APPROVE, RETURN, REFUSE = "approve", "return", "refuse"
# verb: (label, key letter, icon)
VERBS: dict[str, tuple[Any, str, str]] = {
    "approve": (gettext_lazy("Approve"), "A", "check"),
    "return": (gettext_lazy("Return"), "R", "back"),
    "refuse": (gettext_lazy("Refuse"), "", "x"),
    "give_opinion": (gettext_lazy("Give my opinion"), "O", "send"),
    "reassign": (gettext_lazy("Reassign"), "C", "swap"),
    "add_signer": (gettext_lazy("Add signers"), "S", "user"),
    "delegate": (gettext_lazy("Ask for an opinion"), "D", "hand"),
    "drop_signer": (gettext_lazy("Drop signer"), "", "x"),
    "take_back": (gettext_lazy("Take back"), "U", "back"),
    "claim": (gettext_lazy("Claim"), "", "hand"),
    "release": (gettext_lazy("Release"), "", "swap"),
}
ON_ITS_OWN_PAGE = ("give_opinion", "reassign", "add_signer", "delegate", "drop_signer", "take_back")


@dataclass(frozen=True)
class Action:
    """A verb on a step: whether it can be done now or the reason why not, what it will do, and what it needs."""

    verb: str
    step: Step
    name: str  # of the step, in words
    label: str
    key: str
    icon: str
    why_not: str
    effects: list[str]
    fields: tuple[Field, ...] = ()
    status: int = 200  # the refusal's, when it cannot be done

    @property
    def enabled(self) -> bool:
        """It can be done now."""
        return not self.why_not


def for_step(user: User, step_id: int, *, now: datetime | None = None) -> list[Action]:
    """The verbs of one step for this person; NotFound when the case is out of their sight (promise P20)."""
    found = look(user, step_id, clock.date_of(now) if now else clock.today())
    return of(found, step_in(found, step_id))


def one(user: User, step_id: int, verb: str, *, now: datetime | None = None) -> tuple[Glance, Action]:
    """One verb of one step, listed or not, with its reason when it cannot be done."""
    found = look(user, step_id, clock.date_of(now) if now else clock.today())
    return found, _action(found, step_in(found, step_id), verb)


def look(user: User, step_id: int, today: date) -> Glance:
    """The case of a step as this person finds it."""
    case = Case.objects.filter(policies.in_scope(user, today), steps=step_id).first()
    if case is None:
        raise errors.NotFound()
    related = ("home_unit", "partner_unit", "schedule", "drafter")
    return glance.read(user, apps.get_model(case.kind).objects.select_related(*related).get(pk=case.pk), today)


def step_in(found: Glance, step_id: int) -> Step:
    """One step of the case."""
    return next(step for step in found.steps if step.pk == step_id)


def of(found: Glance, step: Step) -> list[Action]:
    """The verbs that make sense for this person on this step, in the order they are offered."""
    return [_action(found, step, verb) for verb in _listed(found, step)]


def undoable(found: Glance) -> list[Action]:
    """Decisions of this person that can be taken back now, newest first."""
    mine = [pk for pk, made in found.decisions.items() if _me(found) in (made.actor_id, made.on_behalf_of_id)]
    steps = sorted((step for step in found.steps if step.pk in mine), key=lambda step: -step.pk)
    return [_action(found, step, "take_back") for step in steps if rights.why_not_take_back(found, step) is None]


def _me(found: Glance) -> int:
    return found.actor.pk if found.actor else 0


def _listed(found: Glance, step: Step) -> list[str]:
    if step.state != "open":
        return ["take_back"] if step.pk in found.decisions and not step.taken_back_at else []
    drop = ["drop_signer"] if rights.why_not_drop(found, step) is None else []
    if rights.authority(found, step) is None or _asked_of_another(found, step):
        return drop + (["reassign"] if rights.leading(found, step) else [])
    if step.round.kind == Round.OPINION:
        return ["give_opinion", "reassign"]
    refuse = ["refuse"] if step.round.stage != "draft" else []
    claim = [] if step.assigned else ["release" if step.holder_id else "claim"]
    return [APPROVE, RETURN, *refuse, "add_signer", "delegate", "reassign", *claim, *drop]


def _asked_of_another(found: Glance, step: Step) -> bool:
    return step.assigned and rights.claimed(found, step) is not None


def _action(found: Glance, step: Step, verb: str) -> Action:
    label, key, icon = VERBS[verb]
    refusal = refusal_of(found, step, verb)
    if verb == APPROVE and step.round.stage == "draft":
        label = _("Submit")
    if verb == "drop_signer" and step.round.kind == Round.OPINION:
        label = _("Drop the question")
    return Action(
        verb=verb,
        step=step,
        name=name_of(found, step),
        label=str(label),
        key=key,
        icon=icon,
        why_not=str(refusal) if refusal else "",
        effects=[] if refusal else effects_of(found, step, verb),
        fields=() if refusal else fields.of(found, step, verb),
        status=refusal.status if refusal else 200,
    )


def refusal_of(found: Glance, step: Step, verb: str) -> errors.Refusal | None:
    """The refusal the command would raise now, or None."""
    if verb in (APPROVE, RETURN, REFUSE):
        if step.round.kind == Round.OPINION:
            return errors.OpinionAsked()
        refusal = rights.why_not(found, step)
        if refusal is None and verb == APPROVE and (missing := readiness.missing_for(found, step)):
            return errors.Unmet(missing="; ".join(missing), items=missing)
        if refusal is None and verb == RETURN and not rights.return_points(found, step.round):
            return errors.NoSuchPoint()
        return refusal
    if verb == "give_opinion":
        return rights.why_not_ask(found, step) if step.round.kind == Round.OPINION else errors.NoOpinionAsked()
    if verb == "delegate" and step.round.kind == Round.OPINION:
        return errors.OpinionAsked()
    if verb in ("add_signer", "delegate"):
        return rights.why_not_ask(found, step)
    by_verb = {
        "reassign": rights.why_not_hand_on,
        "drop_signer": rights.why_not_drop,
        "take_back": rights.why_not_take_back,
        "claim": rights.why_not,
        "release": rights.why_not_release,
    }
    return by_verb[verb](found, step)


def effects_of(found: Glance, step: Step, verb: str) -> list[str]:
    """What the verb will do, in words."""
    if verb in (APPROVE, REFUSE):
        return consequences.of(found, step, verb)
    if verb == RETURN:
        near = rights.return_point(found, step.round, rights.PREVIOUS)
        return consequences.of(found, step, verb, near.group.key if near else "")
    if verb == "take_back":
        return consequences.of_taking_back(found, step)
    if verb == "drop_signer":
        return consequences.of_dropping(found, step)
    said = {
        "give_opinion": [_("Your opinion is no decision: the step goes back to who asked, for the final word.")],
        "reassign": [_("The step leaves you: only the person you choose is asked from then on, and is told at once.")],
        "delegate": [_("They give an opinion; this step waits for it and comes back to you for the final word.")],
        "add_signer": [
            _("Before: this step waits for them. Beside: they must approve too. After: you approve, then they sign."),
            _("If one of them refuses, it counts as a refusal of this step."),
        ],
        "claim": [_("Your colleagues of the same post leave it to you.")],
        "release": [_("Your colleagues of the same post may take it.")],
    }
    return said[verb]


def candidates_for(found: Glance, step: Step, verb: str, name: str = "") -> list[Candidate]:
    """Who may be chosen for this verb, and who not and why."""
    purpose = {"reassign": candidates.REASSIGN, "add_signer": candidates.SIGN, "delegate": candidates.ADVISE}[verb]
    people = candidates.of(found, step, purpose, name=name)
    return losses.told(found, step, people) if purpose == candidates.SIGN else people


def name_of(found: Glance, step: Step) -> str:
    """The step in words."""
    return words.name(found.plan(step).names)


def in_the_way(found: Glance, step: Step) -> list[Step]:
    """Open steps of added signers and advisers around a step: what it waits for, and what can be dropped."""
    top = seats.root(found, step.round)
    return [
        one for one in found.steps if one.state == "open" and one.added_by_id and seats.root(found, one.round) is top
    ]
