"""The inbox reads the notice rows themselves: right with no worker running, and only for those in sight."""

from datetime import timedelta

from tests import builders
from tests.builders import at
from workflow.commands import deadlines
from workflow.commands.inbox import mark_read
from workflow.models import Notice, Posting, User, WeeklyReport
from workflow.queries import inbox

OPENED, EARLY, DUE, LATER = (at(f"2026-03-{day:02}") for day in (2, 6, 9, 12))


def said(user, now) -> list[tuple[str, int | None]]:
    return [(row.word, row.rung) for row in inbox.pending(user, now=now).rows]


def test_the_bell_counts_what_is_new_and_reading_silences_it(world: builders.World):
    builders.agreement(world, now=OPENED)
    deadlines.sweep(EARLY)
    assert said(world.clerk, EARLY) == [("reminder", -1), ("step_opened", None)]
    assert inbox.unread_count(world.clerk, now=EARLY) == 2
    assert mark_read(actor=world.clerk, now=EARLY) == 2
    assert mark_read(actor=world.clerk, now=EARLY) == 0
    assert inbox.unread_count(world.clerk, now=EARLY) == 0
    assert inbox.unread_count(world.clerk_2, now=EARLY) == 2
    assert said(world.clerk, EARLY) == [("reminder", -1), ("step_opened", None)]


def test_nobody_marks_anothers_words_as_read(world: builders.World):
    builders.agreement(world, now=OPENED)
    theirs = list(Notice.objects.filter(recipient=world.clerk_2).values_list("pk", flat=True))
    assert mark_read(theirs, actor=world.clerk, now=OPENED) == 0
    assert inbox.unread_count(world.clerk_2, now=OPENED) == 1


def test_of_several_reminders_of_one_step_only_the_highest_stands(world: builders.World):
    builders.agreement(world, now=OPENED)
    for moment in (EARLY, DUE, LATER):
        deadlines.sweep(moment)
    assert [rung for word, rung in said(world.clerk, LATER) if word == "reminder"] == [3]
    row, new = inbox.pending(world.clerk, now=LATER).rows
    assert (new.word, new.light, new.due) == ("step_opened", "", row.due)  # late, but no alarm of its own
    assert (row.light, row.unread, row.due.isoformat(), row.title[:2]) == ("red", True, "2026-03-09", "户主")


def test_a_decided_step_leaves_every_inbox_at_once(world: builders.World):
    case = builders.agreement(world, now=OPENED)
    deadlines.sweep(DUE)
    assert inbox.unread_count(world.clerk_2, now=DUE) == 2
    builders.approve(world, case, "draft", now=DUE)
    later = DUE + timedelta(minutes=1)
    assert not [row for row in inbox.pending(world.clerk_2, now=later).rows if row.word in ("reminder", "step_opened")]


def test_who_lost_the_posting_sees_nothing(world: builders.World):
    builders.agreement(world, now=OPENED)
    deadlines.sweep(DUE)
    Posting.objects.filter(user=world.clerk).update(valid_until=at("2026-03-08").date())
    assert said(world.clerk, DUE) == []
    assert inbox.unread_count(world.clerk, now=DUE) == 0


def test_a_long_inbox_comes_in_pages(world: builders.World):
    for _ in range(5):
        builders.agreement(world, now=OPENED)
    first = inbox.pending(world.clerk, now=OPENED, size=3)
    second = inbox.pending(world.clerk, 2, now=OPENED, size=3)
    assert (len(first.rows), first.has_next, len(second.rows), second.has_next) == (3, True, 2, False)
    assert not {row.id for row in first.rows} & {row.id for row in second.rows}


def test_the_bell_counts_what_the_inbox_shows_unread(world: builders.World) -> None:
    cases = [builders.walk(world, builders.agreement(world, now=OPENED), state) for state in ("draft", "signing")]
    for moment in (EARLY, DUE, LATER):
        deadlines.sweep(moment)
    cases[0].participants.create(user=world.nobody, role="copied", valid_from=OPENED.date())
    cases[0].participants.create(user=world.audit_admin, role="copied", valid_from=OPENED.date())
    cases[1].participants.create(user=world.chair, role="copied", valid_from=OPENED.date(), valid_until=EARLY.date())
    for user in User.objects.all():
        WeeklyReport.objects.create(person=user, week=OPENED.date(), content={}, created_at=OPENED)
        for case in cases:
            for word in ("completed", "step_opened"):
                step = case.steps.order_by("pk").last()
                Notice.objects.create(
                    case=case, step=step, recipient=user, word=word, created_at=OPENED, not_before=OPENED
                )
    Notice.objects.filter(pk__in=list(Notice.objects.values_list("pk", flat=True)[::7])).update(read_at=DUE)
    counted = {}
    for user in User.objects.all():
        shown = inbox.pending(user, now=LATER, size=100)
        counted[user.username] = inbox.unread_count(user, now=LATER)
        assert counted[user.username] == sum(row.unread for row in shown.rows) + len(shown.reports), user
    assert len(set(counted.values())) > 3 and counted["nobody"] == 1, counted
