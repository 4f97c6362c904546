"""Four eyes over many cases at once: who is excluded from which open step, in a fixed number of statements."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from workflow import reach, rights, seats, statements
from workflow.models import Case, Decision, Participant, Step, User
from workflow.models.plan import spec
from workflow.rules import four_eyes
from workflow.rules.four_eyes import Act
from workflow.rules.route import RouteSpec

# what these persons did on these cases, and nothing of anybody else: few rows by the indexes of case and round. A vote:
# cast in the round of a group that is open now (numbers grow, signers' rounds included), where heads are counted
# (rights.voters says the same of one whole run, and a test holds the two together)
DONE = """
WITH asked AS MATERIALIZED (SELECT %(cases)s::bigint[] AS cases, %(persons)s::bigint[] AS persons)
SELECT c.id, c.authors::text,
    (SELECT json_agg(json_build_array(d.actor_id, d.on_behalf_of_id, r.stage, r."group", s.plan, s.id = d.step_id
            AND s.taken_back_at IS NULL AND r.outcome <> 'taken_back' AND EXISTS (
        SELECT FROM workflow_round live WHERE live.case_id = c.id AND live.parent_id IS NULL AND live.closed_at IS NULL
            AND (live.stage, live.track, live."group") = (r.stage, r.track, r."group")
            AND (r.number >= live.number OR live.carried @> to_jsonb(s.id))
            AND (live.rule IN ('k_of_n', 'weighted') OR EXISTS (
                SELECT FROM workflow_step added JOIN workflow_round o ON o.id = added.round_id
                WHERE added.case_id = c.id AND added.added_by_id IS NOT NULL AND o.outcome <> 'taken_back'
                    AND o."group" = live."group" AND o.number >= live.number)))))::text
    FROM workflow_decision d
        JOIN workflow_step s ON s.case_id = c.id AND d.step_id IN (s.id, s.carried_from_id)
        JOIN workflow_round r ON r.id = s.round_id
    WHERE d.case_id = c.id AND (d.actor_id = ANY (asked.persons) OR d.on_behalf_of_id = ANY (asked.persons))),
    (SELECT json_agg(json_build_array(r.override_by_id, r.override_for_id, r.stage, r."group",
        (SELECT min(s.plan) FROM workflow_step s WHERE s.round_id = r.id)))::text
    FROM workflow_round r
    WHERE r.case_id = c.id AND (r.override_by_id = ANY (asked.persons) OR r.override_for_id = ANY (asked.persons))),
    ARRAY(SELECT p.user_id FROM workflow_participant p
        WHERE p.case_id = c.id AND p.role = 'contact_cadre' AND p.user_id = ANY (asked.persons))
FROM asked, workflow_case c WHERE c.id = ANY (asked.cases)
"""


def able(people: list[User], excluded: Callable[[frozenset[int]], str]) -> list[User]:
    """Those whom nothing excludes; all of them where everybody is, for a step waits for somebody."""
    return [one for one in people if not excluded(frozenset({one.pk}))] or people


@dataclass(frozen=True)
class Ledger:
    """What was done on one case, as four eyes asks. `past`: the whole of it, where the whole was read."""

    route: RouteSpec
    acts: list[Act]
    authors: dict[str, list[int]]
    cadres: frozenset[int]
    votes: Mapping[str, frozenset[int]] = field(default_factory=dict)  # by group: who has one there already
    past: Any = None

    def excludes(self, step: Step, persons: frozenset[int]) -> str:
        """Why these persons may not decide the step, as a code; empty when they may."""
        place, plan = self.route.plans[step.plan]
        why = four_eyes.exclusion(persons, place, plan, self.acts, self.authors, self.cadres)
        return why or ("voted" if persons & self.votes.get(place.group.key, frozenset()) else "")

    def able(self, step: Step, people: list[User]) -> list[User]:
        """Those of them who may decide the step."""
        return able(people, lambda persons: self.excludes(step, persons))


class Past:
    """What was ever asked and decided on one case: as much of workflow.seats.Run as votes and four eyes read."""

    def __init__(self, route: RouteSpec, steps: list[Step], decisions: dict[int, Decision]) -> None:
        self.route, self.steps, self.decisions = route, steps, decisions
        self.rounds = seats.joined(steps)


def ledgers(case_ids: Iterable[int]) -> dict[int, Ledger]:
    """The ledger of each case."""
    wanted = set(case_ids)
    steps: dict[int, list[Step]] = defaultdict(list)
    for step in Step.objects.filter(case__in=wanted).select_related("round", "unit").order_by("id"):
        steps[step.case_id].append(step)
    decisions: dict[int, dict[int, Decision]] = defaultdict(dict)
    for decision in Decision.objects.filter(case__in=wanted):
        decisions[decision.case_id][decision.step_id] = decision
    cadres: dict[int, set[int]] = defaultdict(set)
    rows = Participant.objects.filter(case__in=wanted, role="contact_cadre")
    for case_id, user_id in rows.values_list("case_id", "user_id"):
        cadres[case_id].add(user_id)
    return {
        case.pk: _whole(Past(spec(case.route_id), steps[case.pk], decisions[case.pk]), case, cadres[case.pk])
        for case in Case.objects.filter(pk__in=wanted)
    }


def _whole(past: Any, case: Case, cadres: Iterable[int]) -> Ledger:
    acts = reach.acts_of(past.route, past.steps, past.decisions)
    votes = {live.group: rights.voters(past, live) for live in seats.live(past)}
    return Ledger(past.route, acts, case.authors, frozenset(cadres), votes, past)


def exclusions(steps: Iterable[Step], person: int) -> dict[int, str]:
    """By step id, why four eyes excludes this person; steps they may decide are left out."""
    steps = list(steps)
    books = ledgers({step.case_id for step in steps})
    found = {step.pk: books[step.case_id].excludes(step, frozenset({person})) for step in steps}
    return {pk: why for pk, why in found.items() if why}


def waited_for(steps: Iterable[Step], today: date) -> dict[int, list[User]]:
    """Whom each open step waits for, as reach.asked_by_step, without those whom four eyes excludes from it."""
    steps = list(steps)
    asked = reach.asked_by_step(steps, today)
    books = done_by(
        {user.pk for people in asked.values() for user in people}, {s.case_id: s.case for s in steps}.values()
    )
    return {step.pk: books[step.case_id].able(step, asked[step.pk]) for step in steps}


def done_by(persons: Iterable[int], cases: Iterable[Case]) -> dict[int, Ledger]:
    """The ledger of each case as far as these persons stand in it, votes included: one statement for a whole list."""
    routes = {case.pk: spec(case.route_id) for case in cases}
    found = statements.rows(DONE, {"cases": sorted(routes), "persons": sorted(persons)}) if routes else []
    return {pk: _ledger(routes[pk], *row) for pk, *row in found}


def _ledger(route: RouteSpec, authors: str, acts: str | None, passed: str | None, cadres: list[int]) -> Ledger:
    made, votes = [], defaultdict[str, frozenset[int]](frozenset)
    for actor, lender, stage, group, plan, vote in json.loads(acts or "[]"):
        persons = _both(actor, lender)
        made.append(Act(persons, stage, group, route.plans[plan][1].duty))
        votes[group] |= persons if vote else frozenset()
    for by, lender, stage, group, plan in json.loads(passed or "[]"):
        place = route.places.get(group) or (route.plans[plan][0] if plan else None)
        made += [Act(_both(by, lender), stage, group, one.duty) for one in (place.group.plans if place else ())]
    return Ledger(route, made, json.loads(authors), frozenset(cadres), votes)


def _both(*persons: Any) -> frozenset[int]:
    return frozenset(pk for pk in persons if pk)
