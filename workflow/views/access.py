"""Who may open a page, declared on the view itself; an undeclared URL fails the build (promise P19)."""

import functools
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from workflow import clock, errors, policies

View = Callable[..., HttpResponseBase]
ENDED = "ended"  # in the address of the sign-in: a session has ended, by time or from elsewhere
LOOPBACK = ("127.0.0.1", "::1", "")


def public(view: View) -> View:
    """Anyone: sign-in and the like."""
    view.policy = "public"  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Anyone who is signed in; what they see is scoped by their postings."""

    @functools.wraps(view)
    def reading(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method in ("GET", "HEAD"):
            read_once(request)
        return view(request, *args, **kwargs)

    guarded: Any = _for_users(reading)
    guarded.policy = "signed_in"
    return functools.wraps(view)(guarded)


def _for_users(view: View) -> View:
    """Anybody else is asked to sign in; who still brings a session that has ended is told that it has."""

    @functools.wraps(view)
    def guard(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        answer = redirect_to_login(request.get_full_path())
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            answer.headers["Location"] += f"&{ENDED}=1"
        return answer

    return guard


def holds(*roles: str) -> Callable[[View], View]:
    """Only holders of one of these roles; everyone else gets the 404 that tells nothing."""

    def guard(view: View) -> View:
        @functools.wraps(view)
        def check(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not any(authority.role in roles for authority in authorities_of(request)):
                raise errors.NotFound()
            return view(request, *args, **kwargs)

        guarded: Any = _for_users(check)
        guarded.policy = "holds:" + ",".join(sorted(roles))
        return guarded  # type: ignore[no-any-return]

    return guard


def read_once(request: HttpRequest, *, again: bool = False) -> None:
    """From here to the end of this request the user's postings are read once. Never before a command.

    What the guards around the request have read is kept; `again` after a command, which may have changed it.
    """
    user: Any = request.user
    known = None if again else getattr(request, "authorities", None)
    user.postings_once = {} if known is None else {clock.today(): known}


def authorities_of(request: HttpRequest) -> list[policies.Authority]:
    """Postings of the signed-in user, read once per request: the next request asks again."""
    user: Any = request.user
    kept: list[policies.Authority] | None = getattr(request, "authorities", None)
    if kept is None:
        kept = policies.postings_of(user, clock.today())
        request.authorities = kept  # type: ignore[attr-defined]
    return kept


def sample_allowed(request: HttpRequest) -> bool:
    """Whether sample users may act on this request: from this machine only, and not through a proxy."""
    forwarded = "HTTP_X_FORWARDED_FOR" in request.META or "HTTP_FORWARDED" in request.META
    return bool(settings.SAMPLE_SIGNIN) and not forwarded and request.META.get("REMOTE_ADDR", "") in LOOPBACK


def sign_in_owes(request: HttpRequest) -> str:
    """Name of the page a signed-in person has to pass first: second_factor, password, or nothing."""
    user: Any = request.user
    if not user.is_authenticated or user.is_sample:
        return ""
    if not user.is_verified() and second_factor_required(request):
        return "second_factor"
    return "password" if user.must_change_password else ""


def second_factor_required(request: HttpRequest) -> bool:
    """This person's posts ask for a second factor, or they set one up themselves."""
    user: Any = request.user
    roles = {authority.role for authority in authorities_of(request)}
    return bool(user.second_factor or roles & set(settings.SECOND_FACTOR_ROLES))
