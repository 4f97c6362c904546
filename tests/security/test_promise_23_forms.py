"""P23: whatever is sent beside a form changes nothing: every model field goes to every address that writes."""

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, models, transaction
from django.http import HttpResponse
from django.utils import timezone

from tests import builders, servers, standing
from tests.security import addresses, writing
from tests.security.hostile import ROOMS
from tests.security.test_matrix import Undo, reviewed
from tests.security.writing import Form, Scene
from tests.security.writing_county import EVERY, WRITE_NOTHING
from workflow import calendars, clock, timelines
from workflow.models import Unit, User, plan

# what every form of the product may carry: they say where the answer goes and that a click is the same click
COMMON = frozenset({"key", "next", "sheet", "say", "here", "ahead", "csrfmiddlewaretoken"})
NEVER = {"is_superuser": "1", "is_staff": "1", "actor": "1", "on_behalf_of": "1", "now": "2020-01-01", "groups": "1"}
# drawn anew each time: identities, secrets, salted passwords, fences, digests of what holds one of them
RANDOM = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|pbkdf2_[^,]+|\b(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-z]{32}|[0-9]{17,19})\b"
)
NOT_OURS = {"django_session", "axes_accesslog"}  # a key and a clock of their own
Rows = Counter[str]


def hijacking(world: builders.World) -> dict[str, list[Any]]:
    """Every field name of every model, under each of its names, with values that its types would take."""
    taken = {Unit: world.units["990199"].pk, User: world.people["stranger"].pk}
    found: dict[str, list[Any]] = {name: [value] for name, value in NEVER.items()}
    for room in (*ROOMS, "auth", "sessions", "otp_totp", "axes"):
        for model in apps.get_app_config(room).get_models():
            for one in model._meta.get_fields():
                if isinstance(one, models.Field):
                    for name in {one.name, one.attname}:
                        found.setdefault(name, []).append(value_for(one, taken))
    return found


def value_for(one: models.Field, taken: dict[Any, int]) -> Any:
    """Something of the field's type that is not what stands there."""
    if isinstance(one, models.ForeignKey):
        return taken.get(one.related_model, 1)
    if isinstance(one, models.BooleanField):
        return "on"
    if isinstance(one, models.DateTimeField):
        return "2031-01-02T03:04:05+08:00"
    if isinstance(one, models.DateField):
        return "2031-01-02"
    if isinstance(one, models.JSONField):
        return '{"x": 1}'
    return "7" if isinstance(one, models.IntegerField | models.DecimalField) else "completed"


def rows() -> Rows:
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        tables = [name for (name,) in cursor.fetchall() if name not in NOT_OURS]
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}: ' || t::text FROM \"{name}\" t" for name in tables))
        return Counter(line for (line,) in cursor.fetchall())


def difference(before: Rows, after: Rows) -> list[str]:
    """Rows that stand on one side only, but for what is drawn anew each time."""
    gone, fresh = (Counter(RANDOM.sub("*", line) for line in side) for side in (before - after, after - before))
    return [f"- {line}" for line in gone - fresh] + [f"+ {line}" for line in fresh - gone]


@pytest.fixture
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """The same moment for both requests."""
    moment = clock.now()
    monkeypatch.setattr(timezone, "now", lambda: moment)
    return moment


@contextmanager
def undone(sequences: list[tuple[str, int, bool]]) -> Iterator[None]:
    """Whatever is written inside is taken back, and rows written next get the same ids."""
    try:
        with transaction.atomic():
            for forget in (plan.forget, calendars.forget, timelines.forget):
                forget()
            yield
            raise Undo
    except Undo:
        standing.set_back(sequences)
        shutil.rmtree(servers.VAR / "anchors", ignore_errors=True)


def send(s: Scene, key: str, form: Form, data: dict[str, Any]) -> HttpResponse:
    """One POST by somebody who has just signed in."""
    who, name = EVERY[key][0], key.partition(":")[0]
    client = s.place.fresh_client(who)
    address = next(one for one in addresses.every(frozenset()) if one.name == name)
    path = address.path(s.place.parts | form.parts)
    files = [value for value in data.values() if isinstance(value, SimpleUploadedFile)]
    for upload in files:
        upload.seek(0)
    if files:
        return client.post(path, data)
    return client.post(path, urlencode(data, doseq=True), content_type="application/x-www-form-urlencoded")


def test_every_address_that_only_takes_a_post_has_its_form_here() -> None:
    known = {key.partition(":")[0] for key in EVERY}
    only_post = {
        name.removesuffix(" | GET") for name, word in reviewed("clerk").items() if (name[-3:], word) == ("GET", "405")
    }
    assert sorted(only_post - known - WRITE_NOTHING) == []
    assert sorted(known - {one.name for one in addresses.every(frozenset())}) == []


def test_what_is_sent_beside_a_form_changes_nothing(world: builders.World, stopped_clock: datetime) -> None:
    s = writing.scene(world)
    start, junk = standing.sequences(), hijacking(world)
    wrong: list[str] = []
    for key, (_who, make) in EVERY.items():
        with undone(start):
            form, before = make(s), rows()
            with undone(standing.sequences()):
                answer = send(s, key, form, form.data)
                plain = rows()
            if answer.status_code >= 400 or plain == before:
                wrong.append(f"{key} answered {answer.status_code} and wrote nothing: mend its form")
            beside = {name: value for name, value in junk.items() if name not in {*form.data, *form.also, *COMMON}}
            answer = send(s, key, form, {**beside, **form.data})
            if told := difference(plain, rows()):
                wrong += [f"{key} answered {answer.status_code}", *told]
    assert not wrong, "\n".join(wrong)
