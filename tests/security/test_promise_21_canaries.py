"""P21, P22: canary people leave their numbers nowhere. Pages and exports of everybody: `ask` of test_matrix.py."""

import base64
import inspect
import json
import logging
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from agreements import privacy
from agreements.models import Member, Person
from agreements.queries import page
from config.celery import app
from notifications import delivery
from notifications.relay import relay
from tests import builders
from tests.agreements import families
from tests.agreements.test_workbook import Cells, cells, place, written
from tests.security import canaries, town
from tests.security.test_promise_23_forms import rows
from tests.servers import owner_dsn
from workflow import clock
from workflow.commands import deadlines
from workflow.models import Case, User
from workflow.queries import weekly

__all__ = ["cells"]


@pytest.fixture
def family(world: builders.World) -> Case:
    """A draft whose members are canaries."""
    case = families.draft(world)
    canaries.settle(case.household)
    return case


def signed_in(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def test_the_search_finds_each_of_the_nine_encodings() -> None:
    assert len(canaries.encoded(canaries.SECRET)) == 9
    whole = canaries.number(1)
    assert canaries.hits(whole) == ["html", "plain"]
    for lead in ("", "x", "xy"):
        assert "base64" in canaries.hits(base64.b64encode((lead + whole).encode()))
    for name, ways in canaries.encoded(canaries.SECRET).items():
        assert all(name in canaries.hits(b"before" + way + b"after") for way in ways), name
    assert canaries.hits(privacy.mask_id(whole) + privacy.mask_phone(canaries.PHONE)) == []


def test_the_page_shows_the_mask_and_nothing_else(world: builders.World, family: Case) -> None:
    text = signed_in(world.clerk).get(f"/cases/{family.reference}/").content.decode()
    assert privacy.mask_id(canaries.number(1)) in text and canaries.hits(text) == []


def test_messages_carry_no_number(world: builders.World, family: Case, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    User.objects.update(email="somebody@example.invalid")
    due = timezone.localtime(clock.now()).replace(hour=10)
    deadlines.sweep(due)
    relay(due)
    told = [delivery.deliver(pk, due) for pk in delivery.owed(due)]
    assert "sent" in told
    for message in mail.outbox:
        assert canaries.hits(message.message().as_bytes()) == [] and canaries.hits(message.body) == []
        assert not [name for name, content, _kind in message.attachments if canaries.hits(content)]
    assert canaries.hits(json.dumps(weekly.build(world.county_officer, clock.now()))) == []


def test_a_broken_page_leaves_no_number_in_its_answer_or_in_the_log(
    world: builders.World, family: Case, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(subject: Any, *_rest: Any) -> Any:
        known = [privacy.id_number(str(m.person.uid), m.person.id_cipher) for m in subject.members]
        raise RuntimeError(f"broken over {known} {known[0]!r} {known[0]:>20} %s" % known[1])

    monkeypatch.setattr(page, "_papers", broken)
    with caplog.at_level(logging.DEBUG):
        answer = signed_in(world.clerk).get(f"/cases/{family.reference}/")
    assert answer.status_code == 500 and canaries.hits(answer.content) == []
    assert privacy.mask_id(canaries.number(1)) in caplog.text, "the traceback has to stand in the log"
    assert canaries.hits(caplog.text) == []


def test_tasks_are_handed_ids_only() -> None:
    app.loader.import_default_modules()
    ours = {name: task for name, task in app.tasks.items() if task.__module__.endswith(".tasks")}
    assert len(ours) >= 4
    for name, task in ours.items():
        kinds = {str(one.annotation) for one in inspect.signature(task.run).parameters.values()}
        assert kinds <= {"<class 'int'>", "int"}, (name, kinds)


def test_an_import_says_nothing_and_keeps_nothing_that_can_be_read(
    db: None, cells: Cells, tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    cells["人口"][1][place(cells, "人口", "身份证号")] = canaries.number(7).replace(canaries.SECRET, "19990228")
    spoilt = written(cells, tmp_path / "bad.xlsx")
    with pytest.raises(CommandError), caplog.at_level(logging.DEBUG):
        call_command("load_programme", str(spoilt))
    said = capsys.readouterr()
    assert "19990228" not in said.out + said.err + caplog.text


# --- at rest ------------------------------------------------------------------------------------------------------
def test_no_row_of_any_table_can_be_read_without_the_key(world: builders.World, family: Case) -> None:
    assert [line for line in rows() if canaries.hits(line)] == []
    stored = Person.objects.get(pk=Member.objects.filter(agreement=family)[0].person_id)
    assert privacy.decrypt(stored.id_cipher, str(stored.uid)) == canaries.number(1)


def test_the_write_ahead_log_holds_no_number(db: None, world: builders.World) -> None:
    with psycopg.connect(owner_dsn(), autocommit=True) as owner:
        begun = owner.execute("SELECT pg_walfile_name(pg_current_wal_insert_lsn())").fetchone()
        case = families.draft(world)
        canaries.settle(case.household)
        Person.objects.filter(household=case.household).update(name="金丝雀一号")
        owner.execute("SELECT pg_switch_wal()")  # everything inserted so far reaches the files
        found = owner.execute("SELECT name, pg_read_binary_file('pg_wal/' || name) FROM pg_ls_waldir()").fetchall()
    written_now = b"".join(content for name, content in found if begun and begun[0] <= name and len(name) == 24)
    assert "金丝雀一号".encode() in written_now, "the search has to see what is written"
    assert canaries.hits(written_now) == []


def test_search_goes_by_a_keyed_index_that_another_key_does_not_reproduce(settings: Any, family: Case) -> None:
    first = privacy.blind_index(canaries.number(1))
    assert Person.objects.get(id_index=first).household_id == family.household_id  # type: ignore[attr-defined]
    settings.PRIVACY_INDEX_KEY = b"\1" * 32
    assert privacy.blind_index(canaries.number(1)) != first


def test_a_number_moved_to_another_row_is_said_to_be_unreadable(world: builders.World, family: Case) -> None:
    one, other = Person.objects.filter(household=family.household_id).order_by("pk")[:2]  # type: ignore[attr-defined]
    Person.objects.filter(pk=one.pk).update(id_cipher=other.id_cipher)
    text = signed_in(world.clerk).get(f"/cases/{family.reference}/").content.decode()
    assert "无法读取" in text and privacy.mask_id(canaries.number(1)) not in text


def test_what_the_old_key_wrote_is_read_and_the_new_one_writes(
    settings: Any, world: builders.World, family: Case
) -> None:
    settings.PRIVACY_KEYS = {"k2": b"\2" * 32, **settings.PRIVACY_KEYS}
    text = signed_in(world.clerk).get(f"/cases/{family.reference}/").content.decode()
    assert privacy.mask_id(canaries.number(1)) in text
    assert privacy.encrypt("x", "row").startswith("k2:") and privacy.decrypt(privacy.encrypt("x", "row"), "row") == "x"


def test_nothing_of_a_town_is_left_out(world: builders.World) -> None:
    """The table of test_matrix.py searches every answer: its family has to be one of canaries."""
    persons = town.build(world).case.household.persons.all()
    assert persons and all(canaries.hits(privacy.decrypt(one.id_cipher, str(one.uid))) for one in persons)
