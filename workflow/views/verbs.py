"""The verbs on a step that have a form of their own: GET shows what it will do and what it needs, POST does it."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from workflow import errors, rights
from workflow.commands import steps
from workflow.models import Round, User
from workflow.queries import actions
from workflow.queries.actions import Action
from workflow.queries.glance import Glance
from workflow.rules.numbers import number, numbers
from workflow.views import sheet
from workflow.views.access import signed_in
from workflow.views.refusals import wants_json, way_back
from workflow.views.sheet import Done

SEEN = "seen-"
SHEETS = ("drawer", "work")
LEAVING = ("reassign", "give_opinion")  # what is done with one's own step is off one's desk
SAID: dict[str, Any] = {
    "reassign": gettext_lazy("Reassigned."),
    "add_signer": gettext_lazy("Signers added."),
    "delegate": gettext_lazy("Asked. The step comes back to you."),
    "give_opinion": gettext_lazy("Your opinion was given."),
    "drop_signer": gettext_lazy("Signer dropped."),
    "take_back": gettext_lazy("Taken back: the step is yours again."),
    "drop_question": gettext_lazy("Question dropped."),
}
CHOOSING = ("reassign", "add_signer", "delegate")
SEARCHED = 12  # from this many people on the list has a search box
Doing = Callable[[int, User, QueryDict], dict[str, Any]]


def _reassign(step_id: int, actor: User, form: QueryDict) -> dict[str, Any]:
    return steps.reassign(step_id, actor=actor, to=_person(form, "to"), note=form.get("note", ""), key=form.get("key"))


def _add_signer(step_id: int, actor: User, form: QueryDict) -> dict[str, Any]:
    return steps.add_signer(
        step_id,
        actor=actor,
        users=numbers(form.getlist("users")),
        where=form.get("where", ""),
        question=form.get("question", ""),
        days=_days(form),
        document_no=form.get("document_no", ""),
        seen={name[len(SEEN) :]: str(form[name]) for name in form if name.startswith(SEEN)},
        key=form.get("key"),
    )


def _delegate(step_id: int, actor: User, form: QueryDict) -> dict[str, Any]:
    return steps.delegate(
        step_id,
        actor=actor,
        to=_person(form, "to"),
        question=form.get("question", ""),
        days=_days(form),
        key=form.get("key"),
    )


def _give_opinion(step_id: int, actor: User, form: QueryDict) -> dict[str, Any]:
    return steps.give_opinion(
        step_id, actor=actor, leaning=form.get("leaning", ""), text=form.get("text", ""), key=form.get("key")
    )


def _drop_signer(step_id: int, actor: User, form: QueryDict) -> dict[str, Any]:
    return steps.drop_signer(step_id, actor=actor, reason=form.get("reason", ""), key=form.get("key"))


def _take_back(step_id: int, actor: User, form: QueryDict) -> dict[str, Any]:
    return steps.take_back(step_id, actor=actor, key=form.get("key"))


def _person(form: QueryDict, name: str) -> int:
    found = number(form.get(name))
    if found is None:
        raise errors.NobodyNamed()
    return found


def _days(form: QueryDict) -> int:
    found = number(form.get("days"))
    if found is None or found > 999:
        raise errors.InvalidInput(field=_("Working days they get"), expected="1-30")
    return found


DOING: dict[str, Doing] = {
    "reassign": _reassign,
    "add_signer": _add_signer,
    "delegate": _delegate,
    "give_opinion": _give_opinion,
    "drop_signer": _drop_signer,
    "take_back": _take_back,
}


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def verb(request: HttpRequest, step_id: int, verb: str) -> HttpResponse:
    """GET, POST /steps/<id>/<verb>. htmx gets the form alone; a client that asks for JSON gets JSON."""
    user: Any = request.user
    if verb not in DOING:
        raise errors.NotFound()
    found, action = actions.one(user, step_id, verb)
    if request.method != "POST":
        return _show(request, found, action)
    try:
        outcome = DOING[verb](step_id, user, request.POST)
    except errors.Refusal as refusal:
        if wants_json(request) or refusal.status == 404 or request.POST.get("say"):
            raise
        return _show(request, found, action, refusal)
    if wants_json(request):
        return JsonResponse(outcome)
    mine = verb in LEAVING and rights.authority(found, action.step) is not None
    said = "drop_question" if verb == "drop_signer" and action.step.round.kind == Round.OPINION else verb
    done = Done(str(SAID[said]), found.case.reference, step_id, leaves=mine, name=found.case.title)
    return _done(request, verb, done)


def _show(request: HttpRequest, found: Glance, action: Action, refusal: errors.Refusal | None = None) -> HttpResponse:
    """The form with what the verb will do; after a refusal with its words, and everything typed still there."""
    typed = request.POST if request.method == "POST" else request.GET
    name = request.GET.get("name", "").strip()
    people = (
        actions.candidates_for(found, action.step, action.verb, name)
        if action.verb in CHOOSING and action.enabled
        else []
    )
    context = {
        "action": action,
        "case": found.case,
        "fields": [(field, typed.get(field.name, field.value), typed.getlist(field.name)) for field in action.fields],
        "able": [one for one in people if not one.why],
        "unable": [one for one in people if one.why],
        "name": name,
        "searched": bool(name) or len(people) >= SEARCHED,
        "seen": {aspect: found.case.hashes.get(aspect, "") for aspect in found.plan(action.step).aspects},
        "key": request.POST.get("key") or uuid.uuid4().hex,
        "back": way_back(request) if "next" in request.POST or request.headers.get("HX-Request") else _home(found),
        "refusal": refusal,
        "step_name": actions.name_of(found, action.step),
        "nav": "queue",
    }
    htmx = bool(request.headers.get("HX-Request"))
    answer = render(request, f"workflow/{'partials/verb_form' if htmx else 'verb'}.html", context)
    if refusal is not None:
        answer.status_code = refusal.status
        answer.headers["HX-Reswap"] = "innerHTML"
    return answer


def _home(found: Glance) -> str:
    return f"/cases/{found.case.reference}/"


def _done(request: HttpRequest, verb: str, done: Done) -> HttpResponse:
    """In the sheet the form stood in a slot of its own: the answer takes the sheet's place."""
    answer = sheet.answer(request, replace(done, taken_back=verb == "take_back"))
    if request.POST.get("sheet") in SHEETS:
        answer.headers["HX-Retarget"] = f"#{request.POST['sheet']}"
        answer.headers["HX-Reswap"] = "innerHTML"
    return answer
