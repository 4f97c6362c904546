"""A county's own days over the national calendar: by form, by file, previewed, recounted, never inherited away."""

import io
from datetime import date

import pytest
import xlsxwriter
from django.test import Client

from tests import builders
from tests.builders import World
from workflow import audit, calendars, clock, errors, sweep, timelines
from workflow.commands import calendar, county_calendar
from workflow.models import Calendar, CalendarDay, Event, Schedule, Step
from workflow.queries import calendar_file
from workflow.rules import filed
from workflow.rules.filed import BadCell, DayChange

NOTICE = "云移〔2026〕8号"


def off(*days: str) -> list[DayChange]:
    return [DayChange(date.fromisoformat(day), filed.OFF, "县庆") for day in days]


def change(world: World, days: list[DayChange], source: str = NOTICE) -> object:
    return county_calendar.override(
        world.units[builders.COUNTY], days, source=source, actor=world.county_officer, now=world.now
    )


@pytest.fixture
def county(world: World) -> World:
    calendar.seed([2025, 2026])
    return world


def test_a_county_inherits_the_nation_but_for_its_own_days(county: World) -> None:
    change(county, off("2026-03-05"))
    ours, nation = calendars.load("990101"), calendars.load()
    assert not ours.is_working(date(2026, 3, 5)) and nation.is_working(date(2026, 3, 5))
    assert ours.is_working(date(2026, 2, 28)) and not ours.is_working(date(2026, 5, 1))  # make-up day, May Day
    assert ours.ordinal(date(2026, 12, 31)) == nation.ordinal(date(2026, 12, 31)) - 1
    assert Calendar.objects.get(code="990101").parent.code == "CN"
    assert Schedule.objects.get(code="P1").calendar.code == "990101"


def test_a_new_national_notice_reaches_the_county_and_leaves_its_own_days(county: World) -> None:
    change(county, off("2026-03-05", "2027-03-05"))
    assert calendars.load("990101").uncovered(2026, 2027) == [2027]
    rows = CalendarDay.objects.filter(calendar__code="CN", day="2026-03-06")
    rows.update(working=False, source="provisional: as if not known yet")
    county_calendar.reload([2026, 2027])
    ours = calendars.load("990101")
    assert ours.is_working(date(2026, 3, 6))
    assert not ours.is_working(date(2026, 3, 5)) and not ours.is_working(date(2027, 3, 5))
    assert county_calendar.reload([2026, 2027]) == 0


def test_given_back_days_are_as_in_the_nation_again(county: World) -> None:
    change(county, off("2026-03-05"))
    change(county, [DayChange(date(2026, 3, 5), filed.INHERIT)])
    assert calendars.load("990101").is_working(date(2026, 3, 5))
    assert not CalendarDay.objects.filter(own=True).exists()


def test_open_steps_are_counted_again_and_the_preview_said_so(county: World) -> None:
    case = builders.walk(county, builders.agreement(county), until="in_review")
    before = {step.pk: step for step in Step.objects.filter(case=case, state="open")}
    days = off("2026-03-03", "2026-03-04")
    foreseen = county_calendar.preview(
        county.units[builders.COUNTY], days, source=NOTICE, today=clock.date_of(county.now)
    )
    done = change(county, days)
    assert foreseen.days == 2
    assert {one.id for one in foreseen.result.moved} == {one.id for one in done.moved} == set(before)
    for step in Step.objects.filter(case=case, state="open"):
        assert calendars.load().between(before[step.pk].due, step.due) == 2
        assert step.due_version == before[step.pk].due_version + 1


def test_steps_opened_afterwards_count_with_the_county(county: World) -> None:
    builders.agreement(county)  # this process has read the schedule before
    change(county, off("2026-03-03"))
    step = builders.open_step(builders.agreement(county), "draft")
    assert step.forward == date(2026, 3, 10)  # five working days from Monday 2 March without Tuesday the 3rd
    assert timelines.of(Schedule.objects.get(code="P1")).calendar.is_working(date(2026, 3, 3)) is False


def test_the_change_is_history_and_the_same_again_changes_nothing(county: World) -> None:
    change(county, off("2026-03-05"))
    change(county, off("2026-03-05"))
    events = Event.objects.filter(stream="calendar:990101")
    assert [event.kind for event in events] == ["calendar.changed"]
    assert "2026-03-05=off" in events[0].body and NOTICE in events[0].body
    assert audit.verify().ok


@pytest.mark.parametrize("who", ["clerk", "chair", "system_admin", "stranger"])
def test_only_the_countys_officer_changes_its_days_and_only_under_a_notice(county: World, who: str) -> None:
    unit = county.units[builders.COUNTY]
    with pytest.raises(errors.NotAllowed):
        county_calendar.override(unit, off("2026-03-05"), source=NOTICE, actor=county.people[who], now=county.now)
    with pytest.raises(errors.InvalidInput):
        change(county, off("2026-03-05"), source=" ")
    with pytest.raises(errors.NotAllowed):
        county_calendar.override(
            county.units["990199"], off("2026-03-05"), source=NOTICE, actor=county.county_officer, now=county.now
        )


def test_the_night_fills_every_year_up_to_the_last_water(county: World) -> None:
    Schedule.objects.update(storage_on=date(2028, 6, 30))
    calendars.forget()
    sweep.nightly(date(2026, 3, 2))
    assert set(CalendarDay.objects.filter(day__year=2028).values_list("working", flat=True)) == {True, False}
    assert calendars.uncovered(date(2026, 3, 2)) == [2027, 2028]  # statutory holidays, and said to be provisional


# --- files ------------------------------------------------------------------------------------------------------------
def sheet(*rows: tuple[object, ...]) -> io.BytesIO:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    page, dates = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            page.write(number, column, value, dates if isinstance(value, date) else None)
    book.close()
    stream.seek(0)
    return stream


def test_a_workbook_and_a_csv_in_either_encoding_give_the_same_days() -> None:
    rows = [("云江县工作日安排",), ("日期", "类型", "依据", "名称"), ("2026年3月5日", "放假", NOTICE, "县庆"),
            ("2026/3/8", "上班", "", "")]  # fmt: skip
    text = "\n".join(",".join(str(cell) for cell in row) for row in rows)
    wanted = [
        DayChange(date(2026, 3, 5), filed.OFF, "县庆", NOTICE),
        DayChange(date(2026, 3, 8), filed.WORKING, "", ""),
    ]
    dated = [*rows[:2], (date(2026, 3, 5), "放假", NOTICE, "县庆"), rows[3]]
    assert calendar_file.read(sheet(*dated), "days.xlsx") == (wanted, [])
    assert calendar_file.read(io.BytesIO(text.encode("utf-8-sig")), "days.csv") == (wanted, [])
    assert calendar_file.read(io.BytesIO(text.encode("gb18030")), "days.csv") == (wanted, [])


def test_every_bad_cell_is_named_by_row_and_column() -> None:
    text = "date,working/off\n2026-03-05,off\n2026-02-30,off\n,maybe\n2026-03-05,working\n1999-01-01,off\n"
    _found, bad = calendar_file.read(io.BytesIO(text.encode()), "days.csv")
    assert bad == [
        BadCell(3, "day", "date"),
        BadCell(4, "day", "date"),
        BadCell(4, "kind", "kind"),
        BadCell(5, "day", "twice"),
        BadCell(6, "day", "out_of_range"),
    ]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.xlsx", b"no workbook", "unreadable"),
        ("a.xlsx", b"PK\x03\x04broken", "unreadable"),
        ("a.csv", b"\xff\xfe\x00\x01", "unreadable"),
        ("a.csv", b"", "no_header"),
        ("a.csv", "日期,类型\n".encode(), "empty"),
        ("a.csv", b"date\n2026-01-01\n", "no_header"),
        ("a.csv", b"x" * (2**20 + 1), "too_large"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(name: str, content: bytes, reason: str) -> None:
    assert [cell.reason for cell in calendar_file.read(io.BytesIO(content), name)[1]] == [reason]


# --- pages ------------------------------------------------------------------------------------------------------------
def client_of(world: World, who: str) -> Client:
    client = Client()
    client.force_login(world.people[who])
    return client


def test_everyone_sees_the_year_and_only_the_keeper_the_forms(county: World) -> None:
    page = client_of(county, "clerk").get("/calendar/?year=2026").content.decode()
    assert "2026-02-28" in page and "调休上班" in page and 'name="first"' not in page
    assert 'name="first"' in client_of(county, "county_officer").get("/calendar/").content.decode()
    assert client_of(county, "clerk").post("/calendar/preview", {}).status_code == 404
    assert client_of(county, "clerk").post("/calendar/apply", {}).status_code == 404
    assert client_of(county, "clerk").post("/calendar/reload", {}).status_code == 404


def test_an_unpublished_year_is_shown_with_a_warning(county: World) -> None:
    page = client_of(county, "clerk").get("/calendar/?year=2031").content.decode()
    assert "尚未公布" in page


def test_preview_then_apply_by_the_form(county: World) -> None:
    client = client_of(county, "county_officer")
    case = builders.agreement(county)
    typed = {"first": "2026-03-03", "last": "2026-03-04", "kind": "off", "name": "县庆", "source": NOTICE}
    shown = client.post("/calendar/preview", typed)
    assert shown.status_code == 200
    assert not CalendarDay.objects.filter(own=True).exists()
    packed = shown.context["packed"]
    answer = client.post("/calendar/apply", {"change": packed, "source": NOTICE})
    assert answer.status_code == 302
    assert CalendarDay.objects.filter(own=True).count() == 2
    assert builders.open_step(case, "draft").binding == "forward"


def test_a_bad_file_changes_nothing_and_a_good_one_is_previewed(county: World) -> None:
    client = client_of(county, "county_officer")
    bad = io.BytesIO("日期,类型\n2026-13-01,放假\n".encode())
    bad.name = "坏.csv"
    refused = client.post("/calendar/preview", {"file": bad, "source": NOTICE})
    assert refused.status_code == 422 and "2" in refused.content.decode()
    good = io.BytesIO("日期,类型\n2026-03-05,放假\n".encode())
    good.name = "好.csv"
    assert client.post("/calendar/preview", {"file": good, "source": NOTICE}).context["foreseen"].days == 1


@pytest.mark.parametrize(
    "typed",
    [
        {"first": "", "kind": "off"},
        {"first": "2026-03-05", "last": "2026-03-01", "kind": "off"},
        {"first": "2026-01-01", "last": "2026-12-31", "kind": "off"},
        {"first": "2026-03-05", "kind": "sometimes"},
    ],
)
def test_nonsense_is_refused_in_words(county: World, typed: dict[str, str]) -> None:
    client = client_of(county, "county_officer")
    assert client.post("/calendar/preview", typed | {"source": NOTICE}).status_code == 422
    assert client.post("/calendar/apply", {"change": ["2026-03-05|off"], "source": NOTICE}).status_code == 422
    assert client.post("/calendar/apply", {"source": NOTICE}).status_code == 422
