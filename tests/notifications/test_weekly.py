"""The weekly report: once per leader and week, in the inbox's place and by e-mail with its workbook."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core import mail
from django.test import Client
from python_calamine import CalamineWorkbook

from notifications import delivery
from notifications.models import Bundle, Preference
from notifications.relay import relay
from tests import builders
from tests.builders import at
from tests.concurrency import together
from workflow import sweep
from workflow.commands import cases
from workflow.models import Hold, Notice, Step, WeeklyReport
from workflow.queries import inbox
from workflow.queries import weekly as queries

MONDAY = at("2026-03-09", 9)
LEADERS = {"vice_leader", "vice_leader_2", "chair", "county_officer"}


def send(now) -> list[str]:
    relay(now)
    return [delivery.deliver(pk, now) for pk in delivery.owed(now)]


def test_every_leader_gets_one_report_a_week_however_often_the_scheduler_runs(world: builders.World):
    assert sweep.weekly_reports(at("2026-03-09", 6)) == 0
    assert sweep.weekly_reports(MONDAY) == len(LEADERS)
    assert sweep.weekly_reports(MONDAY + timedelta(days=3)) == 0
    assert set(WeeklyReport.objects.values_list("person__username", flat=True)) == LEADERS
    assert sweep.weekly_reports(at("2026-03-18")) == len(LEADERS)  # Monday was missed: the next day that runs


def test_two_schedulers_at_once_write_and_send_each_report_once(live_world: builders.World):
    together([lambda: sweep.weekly_reports(MONDAY)] * 4)
    assert WeeklyReport.objects.count() == len(LEADERS)
    together([lambda: relay(MONDAY)] * 4)
    assert Bundle.objects.filter(kind="report").count() == len(LEADERS)


def test_it_says_countdown_done_late_stuck_and_what_is_due(world: builders.World):
    held = builders.agreement(world, now=at("2026-02-02"))
    builders.agreement(world, now=at("2026-03-06"))
    cases.hold(held.pk, actor=world.clerk, cause="funds_short", now=at("2026-02-03"))
    found = queries.build(world.vice_leader, MONDAY)
    assert found["storage_on"] == "2027-06-30"
    assert found["calendar_days"] == 478
    assert found["total"][0] == 2
    assert found["stuck"] == [["funds_short", 1]]
    assert found["late"] == [] and found["late_households"] == 0  # what is on hold is not late
    assert found["held_households"] == 1
    assert [row[:1] + row[3:] for row in found["held"]] == [[held.reference, "funds_short", "2026-02-03", 24]]
    assert found["towns"][0][4:] == [0, 0, 1]
    assert found["next"] == [["2026-03-13", 1]]
    assert queries.build(world.stranger, MONDAY)["total"] == [0, 0]


def test_a_household_late_in_two_steps_is_one_household_and_each_step_names_who_has_it(world: builders.World):
    case = builders.walk(world, builders.agreement(world, now=at("2026-02-02")), "in_review")
    Step.objects.filter(case=case, state="open").update(due="2026-02-27")
    found = queries.build(world.vice_leader, MONDAY)
    assert (found["late_households"], found["late_steps"], len(found["late"])) == (1, 2, 2)
    named = {row[4]["zh-hans"]: row[5:] for row in found["late"]}
    assert named == {"村民小组意见": [["village_group_leader"], 6], "村委会初审": [["village_reviewer"], 6]}
    held = Step.objects.filter(case=case, state="open").order_by("pk")[0]
    Hold.objects.create(case=case, round=held.round, cause="other", since=at("2026-03-02"), by=world.clerk)
    Hold.objects.create(case=case, cause="funds_short", since=at("2026-03-03"), by=world.clerk)
    again = queries.build(world.vice_leader, MONDAY)
    assert again["stuck"] == [["other", 1]]  # under the cause it has had longest, not under both


def test_a_report_kept_before_steps_and_persons_were_named_is_still_read(client: Client, world: builders.World):
    sweep.weekly_reports(MONDAY)
    report = WeeklyReport.objects.get(person=world.chair)
    for name in ("held", "held_households", "late_steps"):
        del report.content[name]
    report.content |= {"late": [["YJ-1", "李四户", "双柏村", "2026-03-02"]], "towns": [["镇", 1, 4, 0, 1]]}
    report.save()
    client.force_login(world.chair)
    assert "李四户" in client.get("/weekly/2026-03-09/").content.decode()
    assert client.get("/weekly/2026-03-09/file.xlsx").content[:2] == b"PK"


def test_an_unread_report_rings_the_bell_stands_in_the_inbox_and_is_read_by_being_shown(
    client: Client, world: builders.World
):
    assert inbox.unread_count(world.chair, now=MONDAY) == 0
    sweep.weekly_reports(MONDAY)
    assert inbox.unread_count(world.chair, now=MONDAY) == 1
    assert inbox.unread_count(world.clerk, now=MONDAY) == 0
    client.force_login(world.chair)
    assert 'href="/weekly/2026-03-09/"' in client.get("/inbox/").content.decode()
    page = client.get("/weekly/2026-03-09/").content.decode()
    assert 'data-look="/weekly/2026-03-09/read"' in page
    assert inbox.unread_count(world.chair, now=MONDAY) == 1  # a GET writes nothing
    client.force_login(world.vice_leader)
    client.post("/weekly/2026-03-09/read", {"what": "page"})
    assert inbox.unread_count(world.chair, now=MONDAY) == 1
    client.force_login(world.chair)
    assert client.post("/weekly/2026-03-09/read", {"what": "page"}).status_code == 204
    assert inbox.unread_count(world.chair, now=MONDAY) == 0
    assert "/weekly/2026-03-09/read" not in client.get("/weekly/2026-03-09/").content.decode()
    client.force_login(world.county_officer)
    client.post("/inbox/read")
    assert set(WeeklyReport.objects.filter(read_at=None).values_list("person__username", flat=True)) == {
        "vice_leader_2"
    }
    client.force_login(world.vice_leader_2)
    assert client.post("/weekly/2026-03-09/read", follow=True).status_code == 200
    assert not WeeklyReport.objects.filter(read_at=None).exists()


def test_the_mail_has_figures_and_the_workbook_and_no_other_channel_names_a_household(world: builders.World):
    case = builders.agreement(world, now=at("2026-02-02"))
    Notice.objects.all().delete()
    sweep.weekly_reports(MONDAY)
    assert send(MONDAY) == ["sent"] * len(LEADERS)
    (mine,) = [message for message in mail.outbox if message.to == ["vice_leader@example.invalid"]]
    assert "周报" in mine.subject and "/weekly/2026-03-09/" in mine.body
    assert case.title not in mine.body
    name, content, _type = mine.attachments[0]
    assert name == "weekly-2026-03-09.xlsx"
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    (_head, line) = book.get_sheet_by_name("逾期环节").to_python()
    assert line[0] == case.reference and line[4:] == ["起草并提交", "clerk、clerk_2", 20]
    assert send(MONDAY + timedelta(hours=1)) == []


def test_who_does_not_want_it_by_mail_reads_it_on_its_page(client: Client, world: builders.World):
    Preference.objects.create(user=world.vice_leader, channel="email", event="report", enabled=False)
    sweep.weekly_reports(MONDAY)
    send(MONDAY)
    assert not [message for message in mail.outbox if message.to == ["vice_leader@example.invalid"]]
    client.force_login(world.vice_leader)
    assert "2026-03-09" in client.get("/weekly/").content.decode()
    assert client.get("/weekly/2026-03-09/file.xlsx").content[:2] == b"PK"


@pytest.mark.parametrize("week", ["2026-03-09", "2026-03-02", "never"])
def test_nobody_reads_anothers_report(client: Client, world: builders.World, week: str):
    sweep.weekly_reports(MONDAY)
    client.force_login(world.clerk)
    assert client.get(f"/weekly/{week}/").status_code == 404
    assert "暂无周报" in client.get("/weekly/").content.decode()


def test_only_those_who_are_written_one_find_the_report_in_the_menu(client: Client, world: builders.World):
    for user, shown in ((world.chair, True), (world.town_reviewer, False), (world.clerk, False)):
        client.force_login(user)
        assert ('href="/weekly/"' in client.get("/queue/").content.decode()) is shown, user


def test_an_old_report_is_not_mailed_weeks_later(world: builders.World):
    sweep.weekly_reports(MONDAY)
    assert send(MONDAY + timedelta(days=8)) == []


def test_one_broken_sight_delays_no_other(world: builders.World, monkeypatch: pytest.MonkeyPatch):
    build = queries.build

    def fragile(user, now):
        if user.username == "chair":
            raise ValueError("broken")
        return build(user, now)

    monkeypatch.setattr(queries, "build", fragile)
    assert sweep.weekly_reports(MONDAY) == len(LEADERS) - 1
