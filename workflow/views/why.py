"""Why this date? A fragment for every place that shows one, and a page of its own without script."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from workflow.queries import why
from workflow.views.access import signed_in


@signed_in
def why_page(request: HttpRequest, step_id: int) -> HttpResponse:
    """GET /steps/<id>/why/ ; htmx gets the fragment."""
    user: Any = request.user
    context = {"why": why.why(user, step_id), "nav": "queue"}
    fragment = bool(request.headers.get("HX-Request"))
    return render(request, "workflow/partials/why.html" if fragment else "workflow/why.html", context)
