"""Guards around every request: what a browser may do with a page, sample users at home, and the second factor."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode

from workflow.views.access import sample_allowed, sign_in_owes

Answer = Callable[[HttpRequest], HttpResponse]
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)


class ContentSecurityPolicy:
    """No script but our own files, no request to another host."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Around one request."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"
        )
        if not request.path.startswith(settings.STATIC_URL):  # families' pages stay out of a shared PC's cache
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class ChosenLanguage:
    """Simplified Chinese unless someone switched; what a browser happens to prefer does not count."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Around one request."""
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        known = {code for code, _name in settings.LANGUAGES}
        with translation.override(chosen if chosen in known else settings.LANGUAGE_CODE):
            request.LANGUAGE_CODE = translation.get_language()  # type: ignore[attr-defined]
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or "")
        return response


class SampleUsersStayHome:
    """Sample sign-ins are known to everyone who read the README: refused from any address but loopback."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Around one request."""
        if getattr(request.user, "is_sample", False) and not sample_allowed(request):
            logout(request)
            return redirect(settings.LOGIN_URL)
        return self.get_response(request)


class SignInDuties:
    """Nothing opens before what a sign-in still owes: the second factor (ASVS 2.8), a password of one's own."""

    FREE = ("second_factor", "second_factor_set", "password", "logout", "set_language", "livez", "readyz")

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Around one request."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Redirect to what is owed; htmx is told to load that page as a whole."""
        found, owed = request.resolver_match, sign_in_owes(request)
        if not owed or (found and found.url_name in self.FREE):
            return None
        where = f"{reverse(owed)}?{urlencode({'next': request.get_full_path()})}"
        if request.headers.get("HX-Request"):
            return HttpResponse(status=204, headers={"HX-Redirect": where})
        return redirect(where)
