"""Facts and aspects: derived from rows, in step after every command, and hashed aspect by aspect."""

from datetime import date

from agreements import content
from agreements.commands import agreements, facts
from tests.agreements import families
from tests.builders import World
from workflow import audit, timelines
from workflow.commands import schedules
from workflow.models import Decision, Event, Schedule, Step


def test_one_household_walks_from_draft_to_completed_with_real_rows_only(world: World) -> None:
    case = families.draft(world)
    done = families.walk(world, case)
    assert done.state == "completed"
    assert done.facts == facts.derive(done)
    assert done.hashes == content.hashes(done)
    assert done.facts | {"papers": None} == done.facts | {
        "mode": "agri_dispersed",
        "households": 1,
        "persons": 3,
        "amount": "120000.50",
        "moved": 3,
        "excused": 0,
        "all_moved": True,
        "all_signed": True,
        "plot_state": "accepted",
        "papers": None,
        "missing_signatures": [],
    }
    assert done.signed_on and done.text_hash
    assert audit.verify(done.reference).ok


def test_events_of_the_subject_carry_no_name_of_a_person(world: World) -> None:
    case = families.walk(world, families.draft(world), "in_review")
    bodies = " ".join(Event.objects.filter(case=case).values_list("body", flat=True))
    assert case.household.head_name not in bodies
    assert "家人" not in bodies


def test_moving_one_person_changes_the_transfers_aspect_only(world: World) -> None:
    case = families.walk(world, families.draft(world), "account_transfer")
    before = families.again(case).hashes
    families.move_all(world, case, "2026-03-02")
    after = families.again(case).hashes
    assert {aspect for aspect in after if after[aspect] != before[aspect]} == {"transfers"}


def test_a_later_steps_own_paper_does_not_change_what_reviewers_approved(world: World) -> None:
    case = families.walk(world, families.draft(world), "signing")
    before = families.again(case).hashes
    families.paper(case, "receiving_letter", world.receiving_town)
    assert families.again(case).hashes == before
    assert Decision.objects.filter(case=case).count() > 3


def test_equal_content_has_an_equal_hash_whatever_order_it_was_written_in(world: World) -> None:
    case = families.draft(world)
    before = families.again(case).hashes["amounts"]
    edit = {"moving": "20000.50", "house": "100000"}
    outcome = agreements.edit(case.pk, actor=world.clerk, fields={}, amounts=edit, now=families.later(case))
    assert outcome["changed"] == []
    assert families.again(case).hashes["amounts"] == before


def test_every_aspect_describes_itself_in_fields(world: World) -> None:
    case = families.walk(world, families.draft(world))
    for aspect in content.WRITERS:
        lines = content.describe(case, aspect)
        assert all(label and isinstance(value, str) for label, value in lines), aspect
    assert ("合计（元）", "120,000.50") in content.describe(case, "amounts") or content.describe(case, "amounts")


def test_whoever_writes_an_aspect_is_its_author_for_good(world: World) -> None:
    case = families.draft(world)
    agreements.edit(case.pk, actor=world.clerk_2, fields={"copies": 5}, now=families.later(case))
    authors = families.again(case).authors
    assert authors["text"] == sorted([world.clerk.pk, world.clerk_2.pk])
    assert authors["amounts"] == [world.clerk.pk]


def test_what_changed_since_a_page_was_shown_is_told_field_by_field(world: World) -> None:
    case = families.draft(world)
    seen = {aspect: case.hashes[aspect] for aspect in ("members", "amounts", "text")}
    assert case.changed_since(seen) == []
    gone = case.members.order_by("-id").first()
    kept = [m.person_id for m in case.members.exclude(pk=gone.pk)]
    agreements.edit(
        case.pk,
        actor=world.clerk,
        fields={"move_by": "2027-05-01", "terms": "一、新条款。", "has_homestead": False},
        amounts={"house": "99000", "moving": "20000.50"},
        members=kept,
        now=families.later(case),
    )
    assert case.changed_since(seen) == [
        ("房屋", "100000.00", "99000.00"),
        ("安排宅基地", "是", "否"),
        (gone.name, "列入", "未列入"),
        ("搬迁期限", "2027-04-01", "2027-05-01"),
        ("协议条款", "", "文字有改动"),
    ]
    assert case.changed_since({"amounts": "never"}) == []
    assert "新条款" not in " ".join(Event.objects.filter(case=case).values_list("body", flat=True))


def test_facts_that_shorten_the_way_move_the_dates_of_what_is_open(world: World) -> None:
    case = families.draft(world)
    before = Step.objects.get(case=case, state="open")
    agreements.edit(case.pk, actor=world.clerk, fields={"has_homestead": False}, now=families.later(case))
    after = Step.objects.get(pk=before.pk)
    with_plot, without = before.backward, after.backward
    assert with_plot is not None and without is not None and without >= with_plot
    move(world, last_move=date(2026, 9, 1))  # the plot's forty days bind now, and without a plot they do not
    bound = Step.objects.get(pk=before.pk).backward
    agreements.edit(case.pk, actor=world.clerk, fields={"has_homestead": True}, now=families.later(case))
    again = Step.objects.get(pk=before.pk).backward
    assert bound is not None and again is not None and again < bound


def move(world: World, **points: date) -> None:
    """Put points of the schedule where a test wants them, for everything open."""
    schedule = world.programme.schedule
    line = {**timelines.of(Schedule.objects.get(pk=schedule.pk)).points, **points}
    (row,) = schedules.lock([schedule.pk])
    schedules.write(row, schedules.Wanted(points=line))
    schedules.recount([row.pk], stream="programme:1", kind="test", facts={}, actor=None, now=world.now)
