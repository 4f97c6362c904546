"""Accounts: administrators, passwords, sign-ins, the second factor. What others rely on leaves an event."""

from datetime import date, datetime

from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django_otp.plugins.otp_totp.models import TOTPDevice

from workflow import audit, clock, errors
from workflow.models import Posting, Role, SignIn, Substitution, Unit, User

ADMINISTRATORS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)  # three persons: they exclude each other


def create_admin(username: str, full_name: str, password: str, role: str, *, now: datetime | None = None) -> User:
    """An administrator of one of the three kinds, posted at the top unit; decides nothing (promise P25)."""
    moment = now or clock.now()
    if role not in ADMINISTRATORS:
        raise errors.InvalidInput(field=_("Role"), expected=", ".join(ADMINISTRATORS))
    unit = Unit.objects.order_by("code").first()
    if unit is None:
        raise errors.InvalidInput(field=_("Unit"), expected=_("a loaded programme: run manage.py load_programme first"))
    with transaction.atomic():
        user = User(username=username, full_name=full_name)
        set_password(user, password)
        Posting.objects.create(user=user, role=role, unit=unit, valid_from=clock.date_of(moment))
        audit.append_to_stream("system", "account.created", moment, None, {"user": user.pk, "role": role})
    return user


def ensure_apart(user: User, role: str, start: date, until: date | None) -> None:
    """Administrators decide nothing and their three kinds exclude each other: no day on which this person would hold
    or borrow another post beside one of theirs (promise P25)."""
    meets = (Q(valid_until=None) | Q(valid_until__gte=start)) & (Q(valid_from__lte=until) if until else Q())
    held = set(Posting.objects.filter(meets, user=user).values_list("role", flat=True))
    lent = Substitution.objects.filter(meets, substitute=user, revoked_at=None)
    others = (held | set(lent.values_list("posting__role", flat=True))) - {role}
    if others and (role in ADMINISTRATORS or others & set(ADMINISTRATORS)):
        raise errors.InvalidInput(field=_("Role"), expected=_("an administrator holds no other post"))


def reset_password(username: str, password: str, *, now: datetime | None = None) -> None:
    """Set a new password from the command line; every session of that person ends with the old one."""
    moment = now or clock.now()
    user = User.objects.filter(username=username).first()
    if user is None:
        raise errors.InvalidInput(field=_("User name"), expected=_("an existing user name"))
    with transaction.atomic():
        set_password(user, password)
        audit.append_to_stream("system", "account.password_reset", moment, None, {"user": user.pk})


def check_password(user: User, password: str) -> None:
    """Refuse a password that the rules of the house do not allow this person."""
    try:
        validate_password(password, user)
    except ValidationError as trouble:
        raise errors.InvalidInput(field=_("Password"), expected=" ".join(trouble.messages), at="password") from trouble


def set_password(user: User, password: str) -> None:
    """Check a password, and save the user with it."""
    check_password(user, password)
    user.set_password(password)
    user.is_sample = False
    user.save()


# --- sign-ins ----------------------------------------------------------------------------------------------------
def signed_in(user: User, session_key: str, address: str, agent: str, *, now: datetime | None = None) -> SignIn:
    """Record a sign-in, so that its owner can see and end it."""
    return SignIn.objects.create(
        user=user, session_key=session_key, at=now or clock.now(), address=address or None, agent=agent[:200]
    )


def moved_session(sign_in_id: int, session_key: str) -> None:
    """A changed password gives the session another key."""
    SignIn.objects.filter(pk=sign_in_id).update(session_key=session_key)


def signed_out(sign_in_id: int, *, now: datetime | None = None) -> None:
    """The owner left by the door."""
    SignIn.objects.filter(pk=sign_in_id, ended_at=None).update(ended_at=now or clock.now())


def end_session(sign_in_id: int, *, actor: User, now: datetime | None = None) -> None:
    """End one of the actor's own sessions, on whatever machine it was forgotten."""
    mine = SignIn.objects.filter(pk=sign_in_id, user=actor, ended_at=None)
    if not mine.exists():
        raise errors.NotFound()
    _end(mine, now)


def end_all_sessions(user: User, *, now: datetime | None = None) -> None:
    """End every session of a person: deactivated, or with a new password."""
    _end(SignIn.objects.filter(user=user, ended_at=None), now)


def _end(rows: QuerySet[SignIn], now: datetime | None) -> None:
    with transaction.atomic():
        Session.objects.filter(session_key__in=list(rows.values_list("session_key", flat=True))).delete()
        rows.update(ended_at=now or clock.now())


# --- the second factor -------------------------------------------------------------------------------------------
def begin_second_factor(user: User) -> TOTPDevice:
    """A new secret to be scanned; counts for nothing until its first code has been typed."""
    TOTPDevice.objects.filter(user=user, confirmed=False).delete()
    return TOTPDevice.objects.create(user=user, name="totp", confirmed=False)


def confirm_second_factor(user: User, token: str, *, now: datetime | None = None) -> TOTPDevice:
    """The first code proves that the phone has the secret; from now on every sign-in asks for one."""
    moment = now or clock.now()
    with transaction.atomic():
        device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=False).first()
        if device is None or not device.verify_token(token):
            raise errors.WrongCode()
        TOTPDevice.objects.filter(user=user, confirmed=True).delete()
        device.confirmed = True
        device.save(update_fields=["confirmed"])
        User.objects.filter(pk=user.pk).update(second_factor=True)
        audit.append_to_stream("system", "account.second_factor_set", moment, user.pk, {"user": user.pk})
    return device


def reset_second_factor(user: User, *, actor: User | None, now: datetime | None = None) -> None:
    """A lost phone: the person sets up another at the next sign-in, and every open session ends."""
    moment = now or clock.now()
    with transaction.atomic():
        TOTPDevice.objects.filter(user=user).delete()
        User.objects.filter(pk=user.pk).update(second_factor=False)
        end_all_sessions(user, now=moment)
        audit.append_to_stream(
            "system", "account.second_factor_reset", moment, actor.pk if actor else None, {"user": user.pk}
        )
