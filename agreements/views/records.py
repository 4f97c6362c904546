"""One page per record: wish, notice, objection, signature, transfer, plot, ending. Form in, one call, back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements import authority, fields, forms
from agreements.commands import homesteads, lifecycle, papers, review, signing, transfers
from agreements.fields import Field
from agreements.models import AccountTransfer, Agreement, Member, Objection, Paper
from agreements.queries import page
from agreements.queries.foretold import of_ending, of_expiry, of_reopening
from workflow import clock, errors, policies
from workflow.views.access import signed_in

Call = Callable[[Agreement, Any, str, dict[str, Any]], Any]
REASON = Field("reason", "text", gettext_lazy("Reason"), size=500)
DOCUMENT = Field("document_no", "text", gettext_lazy("Approving document number"), size=80)


@dataclass(frozen=True)
class Record:
    """What a page records: its title, the act it needs, its fields, the command, and what it will do in sentences."""

    title: Any
    act: str
    fields: tuple[Field, ...]
    call: Call
    foretold: Callable[[Agreement], list[str]] = lambda _case: []


def _plot(move: str) -> Record:
    def call(case: Agreement, actor: Any, key: str, values: dict[str, Any]) -> Any:
        return homesteads.record(case.pk, actor=actor, move=move, fields=values, key=key)

    return Record(fields.PLOT_MOVES[move], f"plot.{move}", fields.PLOT[move], call)


def _simple(title: Any, act: str, wanted: tuple[Field, ...], command: Callable[..., Any]) -> Record:
    def call(case: Agreement, actor: Any, key: str, values: dict[str, Any]) -> Any:
        return command(case.pk, actor=actor, key=key, **values)

    return Record(title, act, wanted, call)


def _end(move: str, title: Any, *wanted: Field) -> Record:
    made = _simple(title, move, (*wanted, REASON), getattr(lifecycle, move))
    reopens = move == "reopen"
    return replace(made, foretold=lambda case: of_reopening(case) if reopens else of_ending(case, move))


RECORDS: dict[str, Record] = {
    "wish": _simple(gettext_lazy("Record the wish form"), "wish", fields.WISH, review.record_wish),
    "notice": _simple(gettext_lazy("Record the public notice"), "notice", fields.NOTICE, review.post_notice),
    "objection": _simple(gettext_lazy("Record an objection"), "notice", fields.OBJECTION, review.object_to),
    "signature": _simple(gettext_lazy("Record a signature"), "signature", fields.SIGNATURE, signing.sign),
    **{f"plot-{move}": _plot(move) for move in fields.PLOT},
    "withdraw": _end("withdraw", gettext_lazy("Withdraw the agreement")),
    "terminate": _end("terminate", gettext_lazy("Terminate the agreement"), DOCUMENT),
    "supersede": _end("supersede", gettext_lazy("Replace the agreement by another"), DOCUMENT),
    "reopen": _end("reopen", gettext_lazy("Open the agreement again"), DOCUMENT),
}


@signed_in
def record(request: HttpRequest, reference: str, what: str) -> HttpResponse:
    """GET the form, POST it: /agreements/<reference>/record/<what>/."""
    if what not in RECORDS:
        raise errors.NotFound()
    return serve(request, agreement_or_404(request, reference), RECORDS[what])


@signed_in
def transfer(request: HttpRequest, reference: str, member_id: int, move: str) -> HttpResponse:
    """One move of one person's account."""
    case = agreement_or_404(request, reference)
    member = Member.objects.filter(pk=member_id, agreement=case).first()
    if member is None or move not in fields.TRANSFER:
        raise errors.NotFound()

    def call(_case: Agreement, actor: Any, key: str, values: dict[str, Any]) -> Any:
        return transfers.record(member_id, actor=actor, move=move, fields=values, key=key)

    def foretold(_case: Agreement) -> list[str]:
        kept = AccountTransfer.objects.filter(member=member).first()
        return of_expiry(kept, clock.today()) if move == "fail" else []

    made = Record(fields.TRANSFER_MOVES[move], "transfers", fields.TRANSFER[move], call, foretold)
    return serve(request, case, made, subject=f"{member.name} {member.relation}")


@signed_in
def answer(request: HttpRequest, reference: str, objection_id: int) -> HttpResponse:
    """The written reply to an objection."""
    case = agreement_or_404(request, reference)
    objection = Objection.objects.filter(pk=objection_id, notice__agreement=case).first()
    if objection is None:
        raise errors.NotFound()

    def call(_case: Agreement, actor: Any, key: str, values: dict[str, Any]) -> Any:
        return review.answer_objection(objection_id, actor=actor, key=key, **values)

    made = Record(gettext_lazy("Record the reply to an objection"), "notice", fields.ANSWER, call)
    return serve(request, case, made, subject=objection.topic)


def agreement_or_404(request: HttpRequest, reference: str) -> Agreement:
    """The agreement, if it lies in the reader's scope."""
    user: Any = request.user
    case = policies.case_or_404(user, reference, clock.today())
    found = Agreement.objects.select_related("home_unit", "partner_unit", "household").filter(pk=case.pk).first()
    if found is None:
        raise errors.NotFound()
    return found


def serve(request: HttpRequest, case: Agreement, made: Record, subject: str = "") -> HttpResponse:
    """Show the form to those who may; carry it out; on a refusal show it again with everything typed."""
    user: Any = request.user
    today = clock.today()
    authority.ensure(case, made.act, policies.postings_of(user, today), page.cadres_of(case))
    on_file = Paper.objects.filter(agreement=case, withdrawn_at=None).order_by("-id")
    form, status = forms.build(made.fields, on_file, _first_values(case)), 200
    if request.method == "POST":
        values = {one.name: request.POST.get(one.name, "") for one in made.fields}
        refusal = _carry_out(request, case, made, values)
        if refusal is None:
            messages.success(request, _("Recorded."))
            return redirect("case", reference=case.reference)
        form, status = forms.build(made.fields, on_file.all(), values), refusal.status
        form.complain(refusal.at, refusal.message)
    context = {
        "case": case,
        "form": form,
        "title": made.title,
        "subject": subject,
        "foretold": made.foretold(case),
        "nav": "queue",
    }
    return render(request, "agreements/record.html", context, status=status)


def _first_values(case: Agreement) -> Mapping[str, Any]:
    """What is most likely: the agreement's mode, the party still missing, the head. Never a date: dates are law."""
    missing = case.facts.get("missing_signatures") or [""]
    usual = {"mode": case.mode, "party": missing[0], "method": "ink", "area_m2": case.homestead_m2}
    return usual | ({"signer": case.household.head_name} if missing[0] == "household" else {})


def _carry_out(request: HttpRequest, case: Agreement, made: Record, values: dict[str, Any]) -> errors.Refusal | None:
    """File the papers sent along, then record; a paper filed stays filed and is preselected if recording fails."""
    key = request.POST.get("key") or ""
    user: Any = request.user
    try:
        for one in made.fields:
            sent = request.FILES.get(f"{one.name}_upload")
            if one.kind == "paper" and sent is not None:
                values[one.name] = _file(case, user, one, sent, key)
        made.call(case, user, key, values)
    except errors.Refusal as refusal:
        if refusal.status == 404:
            raise
        return refusal
    return None


def _file(case: Agreement, user: Any, one: Field, sent: Any, key: str) -> str:
    """File what was sent along; what is wrong with it is said beside this field."""
    try:
        paper = papers.file(case.pk, actor=user, type=one.papers[0], upload=sent, key=_part(key, one.name))
    except errors.InvalidInput as refusal:
        raise errors.InvalidInput(**refusal.detail | {"at": one.name}) from refusal
    return str(paper.pk)


def _part(key: str, name: str) -> str | None:
    return f"{key[:60]}-{name}"[:80] if key else None
