"""The audit page: who looked, was history intact then, and exports that can be checked years later (P16, P20, P24)."""

import io
import json
import re
import zipfile
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connections, transaction
from django.utils import translation

from tests import builders
from tests.workflow.test_pages import signed_in
from workflow import sweep
from workflow.commands import anchors, looks
from workflow.models import Case, Event, Look, Verification
from workflow.queries import audit_pack
from workflow.rules import merkle

GONE = """
SET session_replication_role = replica;
DELETE FROM workflow_event WHERE case_id = {pk}; DELETE FROM workflow_decision WHERE case_id = {pk};
DELETE FROM workflow_notice WHERE case_id = {pk}; DELETE FROM workflow_step WHERE case_id = {pk};
DELETE FROM workflow_round WHERE case_id = {pk}; DELETE FROM agreements_agreement WHERE case_ptr_id = {pk};
DELETE FROM workflow_case WHERE id = {pk};
SET session_replication_role = origin;
"""


def as_superuser(statements: str) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statements)


# --- looks ---------------------------------------------------------------------------------------------------------
def test_a_page_shown_is_recorded_by_its_post_and_not_by_its_get(world: builders.World) -> None:
    case = builders.agreement(world)
    client = signed_in(world.clerk)
    client.get(f"/cases/{case.reference}/")
    assert not Look.objects.exists()
    assert client.post(f"/cases/{case.reference}/looked", {"what": "page"}).status_code == 204
    assert client.post(f"/cases/{case.reference}/looked", {"what": "reveal"}).status_code == 422
    assert list(Look.objects.values_list("user", "what")) == [(world.clerk.pk, "page")]


def test_a_stranger_cannot_look_nor_learn_that_there_is_something(world: builders.World) -> None:
    case = builders.agreement(world)
    answer = signed_in(world.stranger).post(f"/cases/{case.reference}/looked", {"what": "page"})
    assert answer.status_code == 404 and not Look.objects.exists()


def test_the_auditor_sees_who_looked_at_a_family_and_who_carried_it_away(world: builders.World) -> None:
    case = builders.agreement(world)
    looks.looked(case, Look.PAGE, actor=world.town_reviewer)
    looks.exported([case.pk], "queue", actor=world.vice_leader)
    page = signed_in(world.auditor).get(f"/audit/?tab=looks&case={case.reference}").content.decode()
    assert "town_reviewer" in page and "vice_leader" in page and "随导出带出" in page
    assert Event.objects.filter(kind="data.exported", actor=world.vice_leader).exists()
    only = signed_in(world.auditor).get("/audit/?tab=looks&person=vice_leader").content.decode()
    assert "vice_leader" in only and "?tab=looks&amp;person=town_reviewer" not in only


@pytest.mark.parametrize("table", ["workflow_look", "workflow_verification"])
def test_looks_and_verifications_cannot_be_taken_back(world: builders.World, table: str) -> None:
    looks.looked(builders.agreement(world), Look.PAGE, actor=world.clerk)
    for statement in (f"UPDATE {table} SET at = now()", f"DELETE FROM {table}"):
        with pytest.raises(Exception, match=r"denied|append-only"), transaction.atomic():
            connections["default"].cursor().execute(statement)


# --- anchors -------------------------------------------------------------------------------------------------------
def test_a_case_deleted_with_its_whole_chain_is_noticed_against_the_anchor(live_world: builders.World) -> None:
    case = builders.agreement(live_world)
    builders.agreement(live_world)
    assert anchors.verify_all().ok
    as_superuser(GONE.format(pk=case.pk))
    found = anchors.verify_all()
    assert not found.ok and found.first_bad.startswith(f"case:{case.pk}#")
    assert list(Verification.objects.order_by("at").values_list("ok", flat=True)) == [True, False]


def test_what_was_found_is_kept_in_one_language_and_shown_in_the_readers(live_world: builders.World) -> None:
    case = builders.agreement(live_world)
    assert anchors.verify_all().ok
    as_superuser(GONE.format(pk=case.pk))
    client = signed_in(live_world.audit_admin)
    said = client.post("/audit/verify", follow=True).content.decode()
    kept = Verification.objects.get(ok=False).why
    assert kept == "an anchored event is missing or was changed"
    chinese = translation.gettext(kept)
    assert chinese != kept and chinese in said
    for language, shown, other in (("zh-hans", chinese, kept), ("en", kept, chinese)):
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        page = client.get("/audit/?tab=whole").content.decode()
        assert shown in page and other not in page, language


def test_an_edited_anchor_is_noticed_too(live_world: builders.World) -> None:
    builders.agreement(live_world)
    assert anchors.verify_all().ok
    path = anchors.files()[-1]
    text = json.loads(path.read_text())
    text["heads"].pop(sorted(text["heads"])[0])
    path.write_text(json.dumps(text))
    assert anchors.verify_all().first_bad == "anchor 1"


def test_nothing_is_anchored_twice_and_every_500_events_are(live_world: builders.World, monkeypatch: Any) -> None:
    builders.agreement(live_world)
    monkeypatch.setattr(anchors, "EVERY", 1)
    sweep.run()
    sweep.run()
    assert len(anchors.files()) == 1
    case = builders.agreement(live_world)
    sweep.run()
    newest = json.loads(anchors.files()[-1].read_text())
    assert (newest["full"], list(newest["heads"])) == (False, [f"case:{case.pk}"])
    assert anchors.verify_all().ok


def test_a_root_depends_on_every_leaf_and_their_order() -> None:
    leaves = [str(n) for n in range(7)]
    roots = {merkle.root(leaves), merkle.root(leaves[::-1]), *(merkle.root(leaves[:n] + ["x"]) for n in range(7))}
    assert len(roots) == 9 and merkle.root([]) == ""


# --- the signed export ---------------------------------------------------------------------------------------------
def exported(world: builders.World, **asked: str) -> bytes:
    answer = signed_in(world.auditor).post("/audit/export", asked)
    assert answer.status_code == 200
    return bytes(answer.content)


def test_an_export_can_be_checked_without_the_database(world: builders.World, tmp_path: Any) -> None:
    case = builders.walk(world, builders.agreement(world), "in_review")
    content = exported(world, case=case.reference)
    manifest = audit_pack.verify(content, audit_pack.public_key())
    assert manifest["events"] == Case.objects.get(pk=case.pk).events
    file = tmp_path / "pack.zip"
    file.write_bytes(content)
    call_command("verify_export", str(file))
    assert Look.objects.filter(case=case, what="export", user=world.auditor).exists()


@pytest.mark.parametrize("name", ["events.jsonl", "manifest.json", "looks.csv"])
def test_an_export_changed_afterwards_is_refused(world: builders.World, tmp_path: Any, name: str) -> None:
    builders.agreement(world)
    with zipfile.ZipFile(io.BytesIO(exported(world))) as pack:
        files = {one: pack.read(one) for one in pack.namelist()}
    files[name] += b" "
    path = tmp_path / "changed.zip"
    with zipfile.ZipFile(path, "w") as pack:
        for one, text in files.items():
            pack.writestr(one, text)
    with pytest.raises(CommandError, match="NOT AS IT WAS SIGNED"):
        call_command("verify_export", str(path))


def test_another_countys_auditor_exports_nothing_of_ours(world: builders.World) -> None:
    case = builders.agreement(world)
    far = builders.user("far", "auditor", world.units["990199"])
    content = signed_in(far).post("/audit/export", {"case": case.reference}).content
    assert audit_pack.verify(bytes(content), audit_pack.public_key())["events"] == 0


def test_the_place_of_an_event_is_said_in_words(world: builders.World) -> None:
    case = builders.agreement(world)
    client = signed_in(world.auditor)
    for language, words in (("zh-hans", "协议，第 1 条"), ("en", "Agreement, event 1")):
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        page = client.get("/audit/").content.decode()
        shown = re.sub(r"<code.*?</code>", "", page, flags=re.DOTALL)
        assert words in shown and f"case:{case.pk}" not in shown and f"case:{case.pk} #1" in page
