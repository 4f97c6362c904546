"""Starting an agreement, and editing its draft: autosaved, everything wrong told at once."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agreements import authority, content, fields, forms, labels
from agreements.commands import agreements, typed
from agreements.models import Agreement, AmountLine, Member, Person, TypedDraft
from agreements.queries import doubles, doubts, page, register
from agreements.views.records import agreement_or_404
from workflow import clock, errors, policies
from workflow.rules.numbers import numbers
from workflow.views.access import signed_in

TEXTS = (
    agreements.PARTY_A,
    agreements.AUTHORISATION,
    fields.HOMESTEAD_M2,
    fields.LAND_MU,
    agreements.MOVE_BY,
    agreements.COPIES,
    agreements.TERMS_FIELD,
)
FLAGS = ("area_changes", "has_homestead")


@signed_in
@require_POST
def start(request: HttpRequest, household_id: int) -> HttpResponse:
    """Start a household's agreement; pressed twice, the second press leads to the one that was made."""
    user: Any = request.user
    try:
        made = agreements.draft(household_id, actor=user, key=_key(request, household_id))
    except errors.AlreadyLive as refusal:
        messages.warning(request, refusal.message)
        return redirect("case", reference=refusal.detail["reference"])
    messages.success(request, _("Draft started. Fill in what is missing, then submit it."))
    return redirect("agreement_edit", reference=made.reference)


def _key(request: HttpRequest, household_id: int) -> str | None:
    key = request.POST.get("key", "")
    return f"{key[:50]}-{household_id}" if key else None  # one key serves the whole list of the page


@signed_in
def edit(request: HttpRequest, reference: str) -> HttpResponse:
    """/agreements/<reference>/edit/: the draft as one form; nothing typed is lost when something is refused."""
    user: Any = request.user
    case = agreement_or_404(request, reference)
    today = clock.today()
    authority.ensure(case, "content", policies.postings_of(user, today), page.cadres_of(case))
    if request.method == "POST":
        refusals = _save(request, case)
        if not refusals:
            typed.drop(case, actor=user)
            messages.success(request, _("Draft saved."))
            return redirect("case", reference=case.reference)
        return _show(request, agreement_or_404(request, reference), refusals)
    return _show(request, case, [])


@signed_in
@require_POST
def autosave(request: HttpRequest, reference: str) -> HttpResponse:
    """POST /agreements/<reference>/autosave: keep what is typed so far; {"said": "kept at 10:22"}."""
    user: Any = request.user
    case = agreement_or_404(request, reference)
    at = typed.keep(case, _typed(request, case) | {"seen": _seen(request)}, actor=user)
    return JsonResponse({"said": _("Kept at %(t)s, not saved yet") % {"t": f"{timezone.localtime(at):%H:%M:%S}"}})


@signed_in
@require_POST
def discard(request: HttpRequest, reference: str) -> HttpResponse:
    """POST /agreements/<reference>/discard: throw away what was typed and not saved."""
    user: Any = request.user
    case = agreement_or_404(request, reference)
    typed.drop(case, actor=user)
    return redirect("agreement_edit", reference=case.reference)


def _typed(request: HttpRequest, case: Agreement) -> dict[str, Any]:
    """The form as sent, known fields only."""
    sent = request.POST
    names = [one.name for one in TEXTS] + [f"amount_{item}" for item in _items(case)]
    found: dict[str, Any] = {name: sent.get(name, "") for name in names}
    found |= {name: sent.get(name) == "on" for name in FLAGS}
    return found | {"members": numbers(sent.getlist("members"))}


def _seen(request: HttpRequest) -> dict[str, str]:
    """Hashes of the content that the form was shown with: what somebody else saved meanwhile is not overwritten."""
    return {aspect: request.POST.get(f"seen-{aspect}", "") for aspect in agreements.CONTENT}


def _save(request: HttpRequest, case: Agreement) -> list[errors.Refusal]:
    user: Any = request.user
    form = _typed(request, case)
    members: list[int] = form.pop("members")
    amounts = {item: form.pop(f"amount_{item}") for item in _items(case)}
    found: list[errors.Refusal] = [*agreements.faults(case, form, amounts, members, clock.today())]
    if found:
        return found
    seen, key = _seen(request), request.POST.get("key")
    try:
        agreements.edit(case.pk, actor=user, fields=form, amounts=amounts, members=members, seen=seen, key=key)
    except errors.Refusal as refusal:
        if refusal.status == 404:
            raise
        return [refusal]
    return []


def _items(case: Agreement) -> list[str]:
    """Every known money item, and any other that a workbook brought."""
    present = AmountLine.objects.filter(agreement=case).values_list("item", flat=True)
    return list(dict.fromkeys([*labels.ITEMS, *present]))


def _show(request: HttpRequest, case: Agreement, refusals: list[errors.Refusal]) -> HttpResponse:
    user: Any = request.user
    kept = None if refusals else TypedDraft.objects.filter(agreement=case, user=user).first()
    values = _typed(request, case) if refusals else _stored(case) | (kept.fields if kept else {})
    form = forms.build(TEXTS, (), values)
    money = forms.build([agreements.amount_field(item) for item in _items(case)], (), values)
    for refusal in refusals:
        name = refusal.at
        (money if name.startswith("amount_") else form).complain(name, refusal.message)
    chosen = set(values["members"])
    stale = [aspect for one in refusals if isinstance(one, errors.Stale) for aspect in one.detail.get("aspects", [])]
    context = {
        "case": case,
        "form": form,
        "money": money,
        "errors": form.errors + money.errors,
        "nav": "queue",
        "kept": kept,
        "persons": [(p, p.pk in chosen) for p in Person.objects.filter(household=case.household_id).order_by("id")],
        "doubts": doubts.doubts(case),
        "doubles": doubles.doubles(case.household, register.in_scope(user, clock.today()).values_list("pk", flat=True)),
        "flags": {name: values[name] for name in FLAGS},
        "seen": kept.fields["seen"] if kept else {a: case.hashes.get(a, "") for a in agreements.CONTENT},
        "changed": [(labels.of(labels.ASPECTS, aspect), content.describe(case, aspect)) for aspect in stale],
        "mode": labels.of(labels.MODES, case.mode),
    }
    return render(request, "agreements/edit.html", context, status=refusals[0].status if refusals else 200)


def _stored(case: Agreement) -> dict[str, Any]:
    """The draft as saved, by field name."""
    found: dict[str, Any] = {one.name: getattr(case, one.name) for one in TEXTS}
    found |= {name: getattr(case, name) for name in FLAGS}
    found |= {f"amount_{line.item}": line.amount for line in AmountLine.objects.filter(agreement=case)}
    return found | {"members": list(Member.objects.filter(agreement=case).values_list("person_id", flat=True))}
