"""The status of the machine: every line turns amber or red where it should, and says what to do."""

from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from config import machine as roof
from notifications.models import Bundle, Delivery
from tests import builders
from tests.workflow.test_pages import signed_in
from workflow import clock
from workflow.models import Heartbeat, Notice
from workflow.queries import machine
from workflow.queries.machine import BAD, OK, WARN, Line


def named(words: str, now: datetime | None = None) -> Line:
    """The line that begins so."""
    return next(line for line in machine.lines(now or clock.now()) if line.name.startswith(words))


def beat(name: str, **ago: float) -> None:
    Heartbeat.objects.update_or_create(name=name, defaults={"at": clock.now() - timedelta(**ago)})


@pytest.mark.parametrize(
    ("name", "words", "fine", "soon", "bad"),
    [
        ("sweep", "期限扫描", {"minutes": 2}, None, {"minutes": 4}),
        ("invariants", "每小时", {"hours": 1}, {"hours": 3}, {"hours": 13}),
        ("audit", "每夜", {"hours": 20}, {"hours": 30}, {"days": 4}),
        ("backup", "备份", {"hours": 20}, {"hours": 30}, {"days": 4}),
        ("relay", "消息交付", {"minutes": 1}, {"minutes": 9}, {"hours": 1}),
    ],
)
def test_silence_is_amber_then_red_and_says_what_to_do(
    world: builders.World, name: str, words: str, fine: dict[str, int], soon: dict[str, int] | None, bad: dict[str, int]
) -> None:
    never = named(words, clock.now() + timedelta(days=9))
    assert (never.level, bool(never.remedy)) == (BAD, True)
    for ago, level in ((fine, OK), (soon, WARN), (bad, BAD)):
        if ago:
            beat(name, **ago)
            assert (named(words).level, bool(named(words).remedy)) == (level, level != OK), ago


def test_what_has_never_happened_counts_from_the_installation(world: builders.World) -> None:
    start = machine.installed_at()
    for hours, level, value in ((1, OK, "尚未"), (3, WARN, "从未"), (13, BAD, "从未")):
        found = named("每小时", start + timedelta(hours=hours))
        assert (found.level, found.value.startswith(value), bool(found.remedy)) == (level, True, level != OK), hours


def test_a_backup_that_says_it_is_complete_is_recorded(world: builders.World) -> None:
    assert (named("备份").level, "record_backup" in named("备份").remedy) == (BAD, True)
    before = clock.now()
    call_command("record_backup")
    assert Heartbeat.objects.get(name="backup").at >= before
    assert (named("备份").level, named("备份").remedy) == (OK, "")
    operations = (settings.BASE_DIR / "docs" / "operations.md").read_text("utf-8")
    backup = operations.split("## Backup")[1].split("\n## ")[0]
    assert all(words in backup for words in ("pg_dump", "files", "anchors", "keys", "manage.py record_backup"))


def test_words_that_nobody_hands_on_are_seen(world: builders.World, monkeypatch: pytest.MonkeyPatch) -> None:
    case, now = builders.agreement(world), clock.now()
    monkeypatch.setattr(machine, "installed_at", lambda: now - timedelta(days=60))
    Notice.objects.filter(case=case).update(relayed_at=now)
    assert named("待发送消息").level == OK
    Notice.objects.filter(case=case).update(relayed_at=None, superseded_at=None, not_before=now - timedelta(hours=9))
    assert named("待发送消息").level == BAD and named("待发送消息").remedy
    beat("relay", minutes=2)
    found = named("待发送消息")
    assert (found.level, "9 小时" in found.value, "日志" in found.remedy) == (WARN, True, True)  # they could have gone
    waiting = Notice.objects.filter(case=case)
    waiting.update(send_after=now + timedelta(hours=3))
    assert (named("待发送消息").level, named("待发送消息").remedy) == (OK, "")  # they wait for the morning
    waiting.update(not_before=now - timedelta(days=40))
    found = named("待发送消息")
    assert (found.level, "40 天" in found.value, bool(found.remedy)) == (WARN, True, True)  # for no morning that old


@pytest.mark.parametrize(("minutes", "level"), [(20, OK), (40, BAD)])
def test_words_owed_before_the_installation_count_from_it(
    world: builders.World, monkeypatch: pytest.MonkeyPatch, minutes: int, level: str
) -> None:
    """A history that was loaded: nobody could have sent them; half an hour later somebody should have."""
    case, now = builders.agreement(world), clock.now()
    Notice.objects.filter(case=case).update(relayed_at=None, superseded_at=None, not_before=now - timedelta(days=200))
    monkeypatch.setattr(machine, "installed_at", lambda: now - timedelta(minutes=minutes))
    found = named("待发送消息", now)
    assert (found.level, "0 小时" in found.value) == (level, True)


def test_clocks_that_differ_are_seen(world: builders.World) -> None:
    now = clock.now()
    for seconds, level in ((1, OK), (30, WARN), (90, BAD)):
        assert machine.clocks(now, now + timedelta(seconds=seconds)).level == level


def test_something_recorded_in_the_future_is_seen(world: builders.World) -> None:
    signed_in(world.system_admin).get("/operations/")
    world.clerk.sign_ins.create(session_key="x", at=clock.now() + timedelta(hours=1))
    assert named("时钟").level == BAD


def test_a_full_disk_is_seen_before_it_is_full() -> None:
    assert [roof.room(100, free).level for free in (50, 10, 3)] == [OK, WARN, BAD]
    assert roof.room(100, 3).remedy


@pytest.mark.parametrize("change", ["missing", "ahead"])
def test_a_database_of_another_version_is_seen(
    world: builders.World, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    assert named("数据库结构").level == OK
    applied = MigrationRecorder.applied_migrations
    (newest,) = MigrationLoader(connection).graph.leaf_nodes("workflow")
    odd = newest if change == "missing" else ("workflow", "9999_of_tomorrow")

    def changed(recorder: MigrationRecorder) -> dict[tuple[str, str], object]:
        known = dict(applied(recorder))
        return {k: v for k, v in known.items() if k != odd} if change == "missing" else known | {odd: None}

    monkeypatch.setattr(MigrationRecorder, "applied_migrations", changed)
    found = named("数据库结构")
    assert (found.level, odd[1] in found.value, "upgrade" in found.remedy) == (BAD, True, True)


def test_redis_gone_is_seen_and_the_other_lines_stand(world: builders.World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "REDIS_URL", "redis://127.0.0.1:1/0")
    found = {line.name: line for line in machine.lines(clock.now())}
    assert found["Redis"].level == BAD and found["Redis"].remedy and len(found) > 10


def test_a_line_that_cannot_be_measured_is_red_and_hides_no_other(
    world: builders.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(now: datetime) -> list[Line]:
        raise RuntimeError("x")

    monkeypatch.setattr(machine, "PROBES", [broken, *machine.PROBES])
    levels = {line.name: line.level for line in machine.lines(clock.now())}
    assert levels["broken"] == BAD and "Redis" in levels


def test_late_and_failed_deliveries_and_a_hold_are_seen(world: builders.World) -> None:
    assert named("逾时未发").level == OK == named("失败").level
    now = clock.now()
    bundle = Bundle.objects.create(recipient=world.clerk, day=clock.today(), kind=Bundle.AT_ONCE, created_at=now)
    old = now - timedelta(hours=1)
    Delivery.objects.create(bundle=bundle, channel="mail", next_try_at=old, created_at=old)
    Delivery.objects.create(bundle=bundle, channel="sms", next_try_at=old, created_at=old, state=Delivery.FAILED)
    assert named("逾时未发").level == WARN == named("失败").level
    beat("sending_held", minutes=1)
    assert named("对外发送").level == BAD


def test_the_page_shows_every_line_in_words(world: builders.World) -> None:
    beat("sweep", hours=1)
    page = signed_in(world.system_admin).get("/operations/").content.decode()
    for words in ("PostgreSQL", "磁盘", "版本", "0.1.0", "备份", "时钟", "Redis", "本系统没有备份记录"):
        assert words in page, words
    assert "manage.py serve" in page  # the remedy of the first red line


def test_what_protects_history_is_said_in_words(world: builders.World) -> None:
    assert (named("历史记录保护").level, named("历史记录保护").value) == (OK, "本系统不能改动历史记录")
