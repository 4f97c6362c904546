"""Turns a refusal of the engine into a page (or, for htmx, a fragment) with its status; nothing typed is lost."""

import re
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy

from workflow import clock, errors
from workflow.commands import findings
from workflow.errors import EngineFault, Refusal

PROBLEM = "application/problem+json"
NUL = "\x00"
TITLES = {
    403: gettext_lazy("Not allowed"),
    404: gettext_lazy("Nothing here"),
    409: gettext_lazy("Things have moved on"),
    422: gettext_lazy("Something is missing or does not fit"),
}


class RefusalMiddleware:
    """Catches Refusal from any view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing around the request itself."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """NUL, which the database takes nowhere, is refused before any page reads it (promise P28)."""
        if NUL in "".join(str(part) for part in kwargs.values()):
            return answer(request, errors.NotFound())
        sent = [request.GET, request.POST] if request.method == "POST" else [request.GET]
        if any(NUL in text for data in sent for name, texts in data.lists() for text in (name, *map(str, texts))):
            return answer(request, errors.NotText())
        return None

    def process_exception(self, request: HttpRequest, trouble: Exception) -> HttpResponse | None:
        """A refusal becomes a page of its status; an engine fault is shown as one, and goes to the log."""
        if isinstance(trouble, Refusal):
            return answer(request, trouble)
        if isinstance(trouble, EngineFault):
            findings.keep_fault(str(trouble), clock.now())  # the request's own work is rolled back; this stays
            return render(request, "workflow/refused.html", {"message": str(trouble), "fault": True}, status=500)
        return None


def wants_json(request: HttpRequest) -> bool:
    """Whether the client asks for JSON rather than for a page."""
    kinds = ["text/html", "application/json", PROBLEM]
    return "HTTP_ACCEPT" in request.META and request.get_preferred_type(kinds) in kinds[1:]


def problem(request: HttpRequest, refusal: Refusal) -> dict[str, Any]:
    """The refusal as a problem document (RFC 9457): `type` names its class, `details` what it rests on."""
    name = re.sub(r"(?<!^)(?=[A-Z])", "-", type(refusal).__name__).lower()
    found: dict[str, Any] = {
        "type": f"urn:problem:{name}",
        "title": str(TITLES.get(refusal.status, refusal.message)),
        "status": refusal.status,
        "detail": refusal.message,
        "instance": request.path,
    }
    if refusal.detail:
        found["details"] = {key: _plain(value) for key, value in refusal.detail.items()}
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if isinstance(value, int | float | bool) or value is None else str(value)


def answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The page of a refusal: what happened, and the way back; JSON for those who ask for it."""
    if wants_json(request):
        return JsonResponse(problem(request, refusal), status=refusal.status, content_type=PROBLEM)
    if request.headers.get("HX-Request"):
        return fragment(request, refusal)
    if refusal.status == 404:
        return render(request, "404.html", status=404)
    context = {"message": refusal.message, "refusal": refusal, "back": way_back(request)}
    return render(request, "workflow/refused.html", context, status=refusal.status)


def fragment(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The same words for htmx; HX-Reswap tells the desk's script that this error is meant to be shown.

    The sheet stays as it is, with everything typed, and the words stand beside its buttons; what was asked from a row
    or a toast (`say`) is answered by a toast.
    """
    name, where = ("refused", "") if request.method != "POST" else ("refused_here", "#sheet-note")
    if request.POST.get("say") == "toast":
        name, where = "toast_refused", "#toasts"
    context = {"message": refusal.message, "refusal": refusal}
    response = render(request, f"workflow/partials/{name}.html", context, status=refusal.status)
    response.headers["HX-Reswap"] = "innerHTML"
    if where:
        response.headers["HX-Retarget"] = where
    return response


def way_back(request: HttpRequest) -> str:
    """A safe address to return to."""
    wanted = request.POST.get("next") or request.headers.get("referer", "")
    if wanted and url_has_allowed_host_and_scheme(wanted, {request.get_host()}):
        return wanted
    return "/queue/"


def way_on(request: HttpRequest) -> str:
    """A safe address to go on to after a page in between (second factor, password); the queue when none is given."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    return wanted if wanted and url_has_allowed_host_and_scheme(wanted, {request.get_host()}) else "/queue/"


def say_and_return(request: HttpRequest, message: str) -> HttpResponse:
    """Success: one sentence, and back to where the person was."""
    messages.success(request, message)
    return redirect(way_back(request))
