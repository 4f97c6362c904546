"""Sign-ins of a person: the open ones, the recent ones, and the secret of a second factor being set up."""

from base64 import b32encode

from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef
from django_otp.plugins.otp_totp.models import TOTPDevice

from workflow import clock
from workflow.models import SignIn, User

RECENT = 20


def open_of(user: User) -> list[SignIn]:
    """Sessions that still let somebody in, newest first."""
    alive = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=clock.now())
    return list(SignIn.objects.filter(Exists(alive), user=user, ended_at=None).order_by("-at")[:50])


def recent(user: User) -> list[SignIn]:
    """The last sign-ins, ended ones included."""
    return list(SignIn.objects.filter(user=user).order_by("-at")[:RECENT])


def unconfirmed(user: User) -> TOTPDevice | None:
    """The secret that this person was shown and has not proved yet."""
    return TOTPDevice.objects.filter(user=user, confirmed=False).first()


def readable_secret(device: TOTPDevice) -> str:
    """The secret for typing, in groups of four, where a phone cannot scan."""
    text = b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))
