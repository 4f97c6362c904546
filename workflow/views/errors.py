"""Pages for what went wrong outside the engine's refusals."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from workflow.views.access import public


@public
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Nothing here, or nothing for you: the page does not tell which (promise P20)."""
    return render(request, "404.html", status=404)


@public
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Not allowed."""
    return render(request, "403.html", status=403)


@public
def server_error(request: HttpRequest) -> HttpResponse:
    """Our fault; what was typed is kept by the browser's draft."""
    return render(request, "500.html", status=500)
