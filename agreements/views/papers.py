"""Papers over the web: file one, open one, withdraw one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agreements import forms
from agreements.commands import papers
from agreements.models import Agreement
from agreements.queries import page
from agreements.views.records import agreement_or_404
from workflow import clock, errors
from workflow.commands import looks
from workflow.views.access import signed_in

SHOWN = ("application/pdf", "image/jpeg", "image/png")  # what the type was found to be by its content when it was filed


@signed_in
def file(request: HttpRequest, reference: str) -> HttpResponse:
    """GET the form, POST a paper: /agreements/<reference>/papers/."""
    user: Any = request.user
    case: Agreement = agreement_or_404(request, reference)
    types = page.agreement_page(user, case, clock.today()).paper_types
    if not types:
        raise errors.NotAllowed()
    form, status = forms.paper_form(types, request.GET.dict()), 200
    if request.method == "POST":
        values: dict[str, Any] = {name: request.POST.get(name, "") for name in ("type", "number", "title", "dated_on")}
        sent, key = request.FILES.get("upload"), request.POST.get("key")
        try:
            papers.file(case.pk, actor=user, upload=sent, key=key, **values)
        except errors.Refusal as refusal:
            if refusal.status == 404:
                raise
            form, status = forms.paper_form(types, values), refusal.status
            form.complain(refusal.at, refusal.message)
        else:
            messages.success(request, _("Paper filed."))
            return redirect("case", reference=case.reference)
    context = {"case": case, "form": form, "title": _("File a paper"), "nav": "queue"}
    return render(request, "agreements/record.html", context, status=status)


@signed_in
@require_POST
def download(request: HttpRequest, uid: UUID) -> Any:
    """The file itself: 404 when out of sight; never guessed at by the browser, which shows scans and saves the rest
    (`as=file`: saves them too). By a POST, because it is recorded who opened which paper (promise P24: reading writes
    nothing)."""
    user: Any = request.user
    paper = page.paper_in_sight(user, uid, clock.today())
    if paper is None:
        raise errors.NotFound()
    looks.opened(paper.agreement, str(paper.uid), actor=user)
    name = paper.original_name or f"{paper.uid}"
    saved = request.POST.get("as") == "file" or paper.content_type not in SHOWN
    response = FileResponse(paper.file.open("rb"), content_type=paper.content_type, filename=name, as_attachment=saved)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@signed_in
@require_POST
def withdraw(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take a wrongly filed paper off the list."""
    user: Any = request.user
    paper = page.paper_in_sight(user, uid, clock.today())
    if paper is None:
        raise errors.NotFound()
    papers.withdraw(paper.pk, actor=user, key=request.POST.get("key"))
    messages.success(request, _("Paper withdrawn."))
    return redirect("case", reference=paper.agreement.reference)
