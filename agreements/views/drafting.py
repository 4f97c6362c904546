"""The register of households, starting an agreement, and editing its draft."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from agreements import authority, content, forms, labels
from agreements.commands import agreements
from agreements.models import Agreement, AmountLine, Member, Person
from agreements.queries import page, register
from agreements.views.records import agreement_or_404
from workflow import clock, errors, policies
from workflow.views.access import signed_in

TEXTS = (
    agreements.PARTY_A,
    agreements.AUTHORISATION,
    agreements.HOMESTEAD_M2,
    agreements.LAND_MU,
    agreements.MOVE_BY,
    agreements.COPIES,
    agreements.TERMS_FIELD,
)
FLAGS = ("area_changes", "has_homestead")


@signed_in
@require_GET
def households(request: HttpRequest) -> HttpResponse:
    """/households/?status=&q=&page=: who has no agreement, and where everybody else's stands."""
    user: Any = request.user
    number = request.GET.get("page", "1")
    status, search = request.GET.get("status", ""), request.GET.get("q", "").strip()
    found = register.register(
        user, clock.today(), status=status, search=search, page=int(number) if number.isdecimal() else 1
    )
    context = {
        "register": found,
        "status": status,
        "search": search,
        "nav": "households",
        "key": uuid.uuid4().hex,
        "filtered": bool(status or search),
    }
    return render(request, "agreements/households.html", context)


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
        refusal = _save(request, case)
        if refusal is None:
            messages.success(request, _("Draft saved."))
            return redirect("case", reference=case.reference)
        return _show(request, agreement_or_404(request, reference), refusal)
    return _show(request, case, None)


def _save(request: HttpRequest, case: Agreement) -> errors.Refusal | None:
    user: Any = request.user
    sent = request.POST
    fields: dict[str, Any] = {one.name: sent.get(one.name, "") for one in TEXTS}
    fields |= {name: sent.get(name) == "on" for name in FLAGS}
    amounts = {item: sent.get(f"amount_{item}", "") for item in _items(case)}
    members = [int(value) for value in sent.getlist("members") if value.isdigit()]
    seen = {aspect: sent.get(f"seen-{aspect}", "") for aspect in agreements.CONTENT}
    try:
        agreements.edit(
            case.pk, actor=user, fields=fields, amounts=amounts, members=members, seen=seen, key=sent.get("key")
        )
    except errors.Refusal as refusal:
        if refusal.status == 404:
            raise
        return refusal
    return None


def _items(case: Agreement) -> list[str]:
    """Every known money item, and any other that a workbook brought."""
    present = AmountLine.objects.filter(agreement=case).values_list("item", flat=True)
    return list(dict.fromkeys([*labels.ITEMS, *present]))


def _show(request: HttpRequest, case: Agreement, refusal: errors.Refusal | None) -> HttpResponse:
    typed = request.POST if refusal else None
    form = forms.build(TEXTS, (), typed or _stored(case))
    money = forms.build([agreements.amount_field(item) for item in _items(case)], (), typed or _money(case))
    if refusal:
        name = refusal.detail.get("name", "")
        (money if name.startswith("amount_") else form).complain(name, refusal.message)
    chosen = (
        {int(value) for value in typed.getlist("members") if value.isdigit()}
        if typed is not None
        else set(Member.objects.filter(agreement=case).values_list("person_id", flat=True))
    )
    changed = refusal.detail.get("aspects", []) if isinstance(refusal, errors.Stale) else []
    context = {
        "case": case,
        "form": form,
        "money": money,
        "errors": form.errors + money.errors,
        "nav": "queue",
        "persons": [(p, p.pk in chosen) for p in Person.objects.filter(household=case.household_id).order_by("id")],
        "flags": {name: typed.get(name) == "on" if typed else getattr(case, name) for name in FLAGS},
        "seen": {aspect: case.hashes.get(aspect, "") for aspect in agreements.CONTENT},
        "changed": [(labels.of(labels.ASPECTS, aspect), content.describe(case, aspect)) for aspect in changed],
        "mode": labels.of(labels.MODES, case.mode),
    }
    return render(request, "agreements/edit.html", context, status=refusal.status if refusal else 200)


def _stored(case: Agreement) -> dict[str, Any]:
    return {
        "party_a": case.party_a,
        "authorisation_no": case.authorisation_no,
        "homestead_m2": case.homestead_m2,
        "production_land_mu": case.production_land_mu,
        "move_by": case.move_by,
        "copies": case.copies,
        "terms": case.terms,
    }


def _money(case: Agreement) -> dict[str, Any]:
    return {f"amount_{line.item}": line.amount for line in AmountLine.objects.filter(agreement=case)}
