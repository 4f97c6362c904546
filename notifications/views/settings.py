"""Reminder settings: which channel for which kind of word, quiet hours, language, a test message, the last error."""

from datetime import time
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from notifications import queries
from notifications.channels import CHANNELS
from notifications.commands import preferences
from notifications.events import EVENTS
from notifications.models import Delivery
from workflow import errors
from workflow.views.access import signed_in


@signed_in
def settings_page(request: HttpRequest) -> HttpResponse:
    """GET, POST /inbox/settings/."""
    user: Any = request.user
    if request.method == "POST":
        _save(request, user)
        messages.success(request, _("Saved."))
        return redirect("notification_settings")
    wishes, channels = queries.Wishes([user.pk]), queries.channels_of(user)
    rows = [
        (key, name, [(c.name, wishes.wants(user.pk, c.name, key)) for c in channels]) for key, name in EVENTS.items()
    ]
    context = {
        "channels": channels,
        "rows": rows,
        "habits": queries.habits_of([user.pk])[user.pk],
        "languages": settings.LANGUAGES,
        "cap": settings.NOTIFY_DAILY_CAP,
        "nav": "inbox",
    }
    return render(request, "notifications/settings.html", context)


def _save(request: HttpRequest, user: Any) -> None:
    form = request.POST
    configured = {channel.name for channel in queries.channels_of(user)}
    # what is not on the page was not asked: a channel switched on later starts with everything wanted
    unasked = {(name, event) for name in CHANNELS if name not in configured for event in EVENTS}
    chosen = {(name, event) for name in configured for event in EVENTS if form.get(f"{name}:{event}")}
    addresses: dict[str, str | None] = {}
    for name in configured:
        if CHANNELS[name].needs:
            typed = form.get(f"address:{name}", "").strip()
            addresses[name] = "" if form.get(f"clear:{name}") else typed or None
    hours = preferences.Hours(
        quiet_from=_time(form.get("quiet_from", ""), _("Quiet from")),
        quiet_until=_time(form.get("quiet_until", ""), _("Quiet until")),
        digest_at=_time(form.get("digest_at", ""), _("Daily message at")),
        rest_days=bool(form.get("rest_days")),
        night_urgent=bool(form.get("night_urgent")),
    )
    preferences.save(
        actor=user, wanted=chosen | unasked, hours=hours, addresses=addresses, language=form.get("language", "")
    )


def _time(text: str, field: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError as trouble:
        raise errors.InvalidInput(field=field, expected=_("a time such as 08:30")) from trouble


@signed_in
@require_POST
def send_test(request: HttpRequest, channel: str) -> HttpResponse:
    """POST /inbox/settings/test/<channel>."""
    user: Any = request.user
    row = preferences.send_test(channel, actor=user)
    if row.state == Delivery.SENT:
        messages.success(request, _("Sent. Look whether it has arrived."))
    else:
        messages.error(request, _("Not sent: %(why)s") % {"why": row.last_error or row.state})
    return redirect("notification_settings")
