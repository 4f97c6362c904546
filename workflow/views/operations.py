"""The state of the machine itself."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from workflow import clock
from workflow.queries import operations
from workflow.views.access import holds
from workflow.views.context import OPERATORS


@holds(*OPERATORS)
def operations_page(request: HttpRequest) -> HttpResponse:
    """GET /operations/."""
    status = operations.status(clock.now(), clock.today())
    return render(request, "workflow/operations.html", {"status": status, "nav": "operations"})
