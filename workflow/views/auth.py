"""Sign-in with lockout, sign-out, one's own password, second factor and sessions."""

from datetime import datetime
from typing import Any

import django_otp
import segno
from axes.models import AccessAttempt
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash, views
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from workflow import errors
from workflow.commands import accounts
from workflow.models import User
from workflow.queries import sessions
from workflow.rules.numbers import folded
from workflow.views.access import ENDED, public, sample_allowed, second_factor_required, signed_in
from workflow.views.refusals import say_and_return, way_on


class SignInForm(AuthenticationForm):
    """Refuses sample users from any address but this machine."""

    def clean(self) -> dict[str, Any]:
        """No account has a longer name: it is not looked for, nor kept among the failures."""
        longest = User._meta.get_field("username").max_length or 0
        if len(self.cleaned_data.get("username", "")) > longest:
            raise self.get_invalid_login_error()
        return super().clean()

    def get_invalid_login_error(self) -> forms.ValidationError:
        """The same for every name, so that it tells nobody which accounts exist."""
        text = _(
            "The user name or the password is wrong. After %(tries)d wrong ones in a row signing in pauses for "
            "%(minutes)d minutes."
        )
        pause = {"tries": settings.AXES_FAILURE_LIMIT, "minutes": settings.AXES_COOLOFF_TIME.total_seconds() // 60}
        return forms.ValidationError(text % pause, code="invalid_login")

    def confirm_login_allowed(self, user: Any) -> None:
        """Inactive users never; sample users only from here."""
        super().confirm_login_allowed(user)
        if isinstance(user, User) and user.is_sample and not (self.request and sample_allowed(self.request)):
            raise forms.ValidationError(_("Sample sign-ins work on this machine only."), code="sample")


class SignInView(views.LoginView):
    """The form; a machine without any account leads to the first-run wizard instead."""

    template_name = "registration/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **given: Any) -> dict[str, Any]:
        """With the words for whose session has ended, which the address says."""
        return super().get_context_data(**given) | {"ended": ENDED in self.request.GET}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the form."""
        if not request.user.is_authenticated and not User.objects.exists():
            return redirect("setup")
        return super().get(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Signed in: remember the session, so that its owner can see and end it."""
        answer = super().form_valid(form)
        request, user = self.request, form.get_user()
        made = accounts.signed_in(
            user, str(request.session.session_key), request.META.get("REMOTE_ADDR", ""), agent_of(request)
        )
        request.session["sign_in"] = made.pk
        return answer


login = public(SignInView.as_view())


def agent_of(request: HttpRequest) -> str:
    """What the browser calls itself."""
    return request.headers.get("User-Agent", "")


def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any] | None) -> HttpResponse:
    """Too many wrong passwords: says until when, so that nobody has to guess (or call)."""
    name = (credentials or {}).get("username") or request.POST.get("username", "")
    form = SignInForm(request, initial={"username": name})
    until = unlocked_at(name, request.META.get("REMOTE_ADDR", ""))
    context = {"form": form, "locked_until": until, "next": request.POST.get("next", "")}
    return render(request, "registration/login.html", context, status=429)


def unlocked_at(username: str, address: str) -> datetime | None:
    """When this person may try again from this address; local time."""
    last = AccessAttempt.objects.filter(username=username, ip_address=address).order_by("-attempt_time").first()
    return timezone.localtime(last.attempt_time + settings.AXES_COOLOFF_TIME) if last else None


@signed_in
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """POST /logout/."""
    accounts.signed_out(request.session.get("sign_in", 0))
    return views.LogoutView.as_view()(request)  # type: ignore[return-value]


@signed_in
def password(request: HttpRequest) -> HttpResponse:
    """Change my own password; other sessions of mine end with it."""
    user: Any = request.user
    form = PasswordChangeForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        user.must_change_password = False
        update_session_auth_hash(request, form.save())
        accounts.moved_session(request.session.get("sign_in", 0), str(request.session.session_key))
        messages.success(request, _("Your password has been changed."))
        return redirect(way_on(request))
    return render(request, "workflow/password.html", {"form": form, "must": user.must_change_password})


# --- the second factor -------------------------------------------------------------------------------------------
@signed_in
def second_factor(request: HttpRequest) -> HttpResponse:
    """GET: what is asked for now. POST code: pass, and go on to where the person was going."""
    user: Any = request.user
    wrong = False
    if request.method == "POST":
        device = django_otp.match_token(user, folded(request.POST.get("code", "")))
        if device:
            django_otp.login(request, device)
            return redirect(way_on(request))
        wrong = True
    context = {"wrong": wrong, "next": way_on(request), "required": second_factor_required(request)}
    return render(request, "workflow/second_factor.html", context, status=422 if wrong else 200)


@signed_in
@require_POST
def second_factor_set(request: HttpRequest) -> HttpResponse:
    """POST: show a new secret; POST with a code: confirm it. Replacing one needs the old one first."""
    user: Any = request.user
    if user.second_factor and not user.is_verified():
        return redirect("second_factor")
    code, refused = folded(request.POST.get("code", "")), ""
    if code:
        try:
            django_otp.login(request, accounts.confirm_second_factor(user, code))
        except errors.WrongCode as refusal:
            refused = refusal.message
        else:
            messages.success(request, _("Your second factor is set. From now on each sign-in asks for a code."))
            return redirect(way_on(request))
    return _show_secret(request, user, refused)


def _show_secret(request: HttpRequest, user: User, refused: str) -> HttpResponse:
    """The same secret while it is being typed wrong, a fresh one otherwise."""
    device = sessions.unconfirmed(user) if refused else None
    device = device or accounts.begin_second_factor(user)
    picture = segno.make(device.config_url, error="m").svg_inline(scale=5, border=2)
    context = {
        "picture": mark_safe(picture),
        "secret": sessions.readable_secret(device),
        "refused": refused,
        "next": way_on(request),
    }
    return render(request, "workflow/second_factor_set.html", context, status=422 if refused else 200)


# --- sessions ----------------------------------------------------------------------------------------------------
@signed_in
def my_account(request: HttpRequest) -> HttpResponse:
    """GET /account/: my posts, my sessions, my second factor."""
    user: Any = request.user
    context = {
        "open": sessions.open_of(user),
        "recent": sessions.recent(user),
        "current": request.session.get("sign_in"),
        "required": second_factor_required(request),
        "nav": "account",
    }
    return render(request, "workflow/account.html", context)


@signed_in
@require_POST
def end_session(request: HttpRequest, sign_in_id: int) -> HttpResponse:
    """POST /account/sessions/<id>/end."""
    accounts.end_session(sign_in_id, actor=request.user)  # type: ignore[arg-type]
    return say_and_return(request, _("That session has ended."))
