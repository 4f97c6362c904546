"""Sign-in, sign-out, one's own password."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash, views
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from workflow.models import User
from workflow.views.access import public, sample_allowed, signed_in


class SignInForm(AuthenticationForm):
    """Refuses sample users from any address but this machine."""

    def confirm_login_allowed(self, user: Any) -> None:
        """Inactive users never; sample users only from here."""
        super().confirm_login_allowed(user)
        if isinstance(user, User) and user.is_sample and not (self.request and sample_allowed(self.request)):
            raise forms.ValidationError(_("Sample sign-ins work on this machine only."), code="sample")


login = public(
    views.LoginView.as_view(
        template_name="registration/login.html", authentication_form=SignInForm, redirect_authenticated_user=True
    )
)
logout = signed_in(views.LogoutView.as_view())


@signed_in
def password(request: HttpRequest) -> HttpResponse:
    """Change my own password; other sessions of mine end with it."""
    user: Any = request.user
    form = PasswordChangeForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        update_session_auth_hash(request, form.save())
        messages.success(request, _("Your password has been changed."))
        return redirect("queue")
    return render(request, "workflow/password.html", {"form": form})
