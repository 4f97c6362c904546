"""Four eyes on a line of the queue: it says that somebody else must decide and why, and offers nothing."""

from datetime import timedelta
from itertools import permutations

import pytest

from tests import builders
from tests.workflow.test_override import REASON, _in_review
from tests.workflow.test_queue import signed_in
from tests.workflow.test_rules_in_motion import group_of_three, open_of_group
from tests.workflow.test_signers import ask, at_town_review
from workflow import clock, errors, policies, rights
from workflow.commands import cases, people, steps
from workflow.models import Case, Posting, Step, User
from workflow.queries import actions, bulk, casepage, exclusions, queue
from workflow.queries import rows as lines
from workflow.rules.words import listed

SINCE = builders.date(2020, 1, 1)
REVIEWS = ("group_opinion", "village_opinion", "public_notice")


def everybody_may(world: builders.World, *names: str) -> None:
    """Give these people every post that decides, over the whole county."""
    roles = Step.objects.filter(state="open").values_list("role", flat=True).distinct()
    for name in names:
        for role in sorted({*roles, "town_reviewer", "vice_leader", "chair", "village_reviewer"}):
            Posting.objects.get_or_create(
                user=world.people[name], role=role, unit=world.units[builders.COUNTY], valid_from=SINCE
            )


def compared(world: builders.World) -> set[str]:
    """Hold the one statement to the whole run, for everybody and every open step; the reasons that were met."""
    today, met = clock.today(), set()
    for user in User.objects.all():
        authorities = policies.postings_of(user, today)
        lent = {a.lender.pk for a in authorities if a.lender}
        seen = Case.objects.filter(policies.scope_of(user, authorities, today))
        books = exclusions.done_by({user.pk} | lent, seen)
        for step in Step.objects.filter(state="open", case__in=seen).select_related("case", "unit"):
            whole = actions.look(user, step.pk, today)
            one = actions.step_in(whole, step.pk)
            mine = rights.authority(whole, one)
            if mine:
                why = rights.exclusion(whole, one, mine.persons)
                assert books[step.case_id].excludes(step, mine.persons) == why, (user, step.plan, why)
                met.add(why)
    return met


@pytest.mark.parametrize("votes", [False, True])
def test_one_statement_excludes_whom_the_whole_run_excludes(world: builders.World, votes: bool) -> None:
    if votes:
        counted = {"rule": "k_of_n", "threshold": 2}
        builders.reroute(world, {"group:village_review": counted, "group:group_approval": counted})
    for state in ("in_review", "signing", "account_transfer", "homestead_adjustment", "final_check"):
        builders.walk(world, builders.agreement(world, cadre=world.clerk_2), state)
    builders.approve(world, _in_review(world), "group_opinion")
    cases.override(_in_review(world).pk, actor=world.chair, reason=REASON)
    _reviewed, step = at_town_review(world)
    signer = ask(world, step, world.clerk_2, "beside")
    steps.decide(signer.pk, actor=world.clerk_2, verdict="approve")
    sent_back = _in_review(world, *REVIEWS)
    returned = builders.open_step(sent_back, "town_review")
    steps.decide(
        returned.pk, actor=world.town_reviewer, verdict="return", comment="?", reason_code="other", to="drafter"
    )
    undone = _in_review(world, "group_opinion")
    opinion = Step.objects.get(case=undone, plan="group_opinion", state="approved")
    steps.take_back(opinion.pk, actor=world.village_group_leader)
    lent = Posting.objects.get(user=world.town_reviewer)
    people.lend(lent.pk, actor=world.town_reviewer, substitute=world.chair, until=clock.today() + timedelta(5))
    everybody_may(world, "village_group_leader", "chair", "clerk", "clerk_2", "town_reviewer", "finance_preparer")
    met = compared(world)
    assert met == {"", "own_household", "wrote_it", "same_stage", "voted"}


def test_the_line_says_why_and_offers_no_deciding(world: builders.World) -> None:
    case = _in_review(world, *REVIEWS, "town_review")
    step = builders.open_step(case, "chair_approval")
    Posting.objects.create(
        user=world.town_reviewer, role="chair", unit=world.units[builders.HOME_TOWN], valid_from=SINCE
    )
    client = signed_in(world.town_reviewer)
    page = client.get("/queue/", headers={"Accept-Language": "en"}).content.decode()
    line = page.split(f'id="row-{step.pk}"')[1].split("</tr>")[0]
    assert str(errors.RECUSALS["same_stage"]) in line
    assert "data-ok" not in line and 'class="btn s p"' not in line
    row = next(row for row in queue.page(world.town_reviewer).rows if row.step.pk == step.pk)
    assert row.ready.idle and bulk.preview(world.town_reviewer, [step.pk], clock.today()).can == 0


def test_nobody_is_named_as_waited_for_whom_four_eyes_excludes(world: builders.World) -> None:
    """On the lines of the list, on the case's page and in the weekly report: who looks for somebody finds who may."""
    case, reviewers = group_of_three(world, "k_of_n")
    first, second, _third = open_of_group(case)
    steps.decide(first.pk, actor=reviewers[0], verdict="approve")
    free = {str(one) for one in reviewers[1:]}
    today = clock.today()
    rows = list(Step.objects.filter(pk=second.pk).select_related("case__home_unit", "unit", "round"))
    authorities = policies.postings_of(world.chair, today)
    (line,) = lines.rows(rows, world.chair, authorities, today, chased=True)
    assert line.holder in {listed(two) for two in permutations(free)}
    (waiting, _other) = casepage.case_page(world.chair, case.reference).waiting
    assert set(waiting.holders) == free
    assert {str(one) for one in exclusions.waited_for(rows, today)[second.pk]} == free
    User.objects.filter(pk__in=[one.pk for one in reviewers[1:]]).update(is_active=False)
    assert exclusions.waited_for(rows, today)[second.pk] == [reviewers[0]]  # better than nobody; the hourly check tells
