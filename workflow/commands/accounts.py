"""Accounts: the first administrators, and a forgotten password. Both leave an event."""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from workflow import audit, clock, errors
from workflow.models import Posting, Role, Unit, User

ADMINISTRATORS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)  # three persons: they exclude each other


def create_admin(username: str, full_name: str, password: str, role: str, *, now: datetime | None = None) -> User:
    """An administrator of one of the three kinds, posted at the top unit; decides nothing (promise P25)."""
    moment = now or clock.now()
    if role not in ADMINISTRATORS:
        raise errors.InvalidInput(field="role", expected=", ".join(ADMINISTRATORS))
    unit = Unit.objects.order_by("code").first()
    if unit is None:
        raise errors.InvalidInput(field="unit", expected="a loaded programme: run manage.py load_programme first")
    with transaction.atomic():
        user = User(username=username, full_name=full_name)
        _set(user, password)
        Posting.objects.create(user=user, role=role, unit=unit, valid_from=clock.date_of(moment))
        audit.append_to_stream("system", "account.created", moment, None, {"user": user.pk, "role": role})
    return user


def reset_password(username: str, password: str, *, now: datetime | None = None) -> None:
    """Set a new password; every session of that person ends with the old one."""
    moment = now or clock.now()
    user = User.objects.filter(username=username).first()
    if user is None:
        raise errors.InvalidInput(field="username", expected="an existing user name")
    with transaction.atomic():
        _set(user, password)
        audit.append_to_stream("system", "account.password_reset", moment, None, {"user": user.pk})


def _set(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as trouble:
        raise errors.InvalidInput(field="password", expected=" ".join(trouble.messages)) from trouble
    user.set_password(password)
    user.is_sample = False
    user.save()
