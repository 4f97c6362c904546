"""May this person do this, and what is in this person's scope. Asked by every command, query and page."""

import json
from collections.abc import Iterable
from datetime import date
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from workflow import errors, postings, statements
from workflow.models import FINAL_STATES, Case, Participant, Posting, Role, Step, Substitution, Unit, User
from workflow.postings import Authority as Authority

# administrators run the machine and see no family; cadres see only the households they are personally answerable for
NO_SIGHT = frozenset(
    {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.HOUSEHOLD_VIEWER, Role.ROUTE_KEEPER}
)
BY_PARTICIPATION = frozenset({Role.CONTACT_CADRE})
RECEIVING = frozenset({Role.RECEIVING_VILLAGE, Role.RECEIVING_TOWN})
ASPECTS = frozenset({"parties", "members", "amounts", "text", "papers", "transfers", "homestead", "payments"})
RECEIVING_ASPECTS = frozenset({"parties", "members", "transfers", "homestead"})


def valid_on(day: date, prefix: str = "") -> Q:
    """Rows whose from/until contain the day."""
    until = Q(**{f"{prefix}valid_until": None}) | Q(**{f"{prefix}valid_until__gte": day})
    return Q(**{f"{prefix}valid_from__lte": day}) & until


def postings_of(user: User, today: date) -> list[Authority]:
    """Own and lent postings valid today; a disabled user, or one whose lender has lost the post, has none.

    `user.postings_once` (a dict the views hang on the user of one reading request) spares asking again; no command
    has it, so under the lock they are always read afresh.
    """
    once: dict[date, list[Authority]] | None = getattr(user, "postings_once", None)
    if once is None:
        return _postings(user, today)
    if today not in once:
        once[today] = _postings(user, today)
    return list(once[today])


def _postings(user: User, today: date) -> list[Authority]:
    return postings.of(user, today) if user.is_active else []


def has_role(user: User, today: date, *roles: str) -> bool:
    """Whether one of these roles is held today, in any unit."""
    return any(authority.role in roles for authority in postings_of(user, today))


def prefix_range(field: str, prefix: str) -> Q:
    """Rows whose code lies in the subtree of a prefix; a range, so the index in collation C serves it."""
    return Q(**{f"{field}__gte": prefix, f"{field}__lt": prefix[:-1] + chr(ord(prefix[-1]) + 1)})


def in_scope(user: User, today: date) -> Q:
    """Cases this user may see: default deny, nothing without a valid posting."""
    return scope_of(user, postings_of(user, today), today)


def scope_of(user: User, authorities: Iterable[Authority], today: date) -> Q:
    """The same for postings already read."""
    parts = [_scope(authority) for authority in authorities if authority.role not in NO_SIGHT | BY_PARTICIPATION]
    holders = {user.pk} | {a.lender.pk for a in authorities if a.lender and a.role in BY_PARTICIPATION}
    if not any(a.role not in NO_SIGHT for a in authorities):
        return Q(pk__in=[])
    mine = Participant.objects.filter(valid_on(today), user__in=holders).values("case_id")
    return reduce(or_, parts, Q(pk__in=mine))


def _scope(authority: Authority) -> Q:
    home = prefix_range("home_unit__code", authority.division)
    partner = prefix_range("partner_unit__code", authority.division) & Q(partner_since__isnull=False)
    if authority.role in RECEIVING:
        return partner
    return home | partner


# scope_of for a prepared statement: a condition on the case whose id is {case}, with what sight_of gives in `asked`.
# Inside coalesce it is asked for each case by its id; a bare EXISTS may become a join that reads every case there is.
SIGHT = """coalesce(EXISTS (
    SELECT FROM workflow_case c JOIN workflow_unit home ON home.id = c.home_unit_id
    LEFT JOIN workflow_unit partner ON partner.id = c.partner_unit_id AND c.partner_since IS NOT NULL
    WHERE c.id = {case} AND (
        EXISTS (SELECT FROM unnest(asked.homes) AS division WHERE starts_with(home.code, division))
        OR EXISTS (SELECT FROM unnest(asked.partners) AS division WHERE starts_with(partner.code, division))
        OR EXISTS (SELECT FROM workflow_participant p WHERE p.case_id = c.id AND p.user_id = ANY (asked.named)
            AND p.valid_from <= asked.today AND (p.valid_until IS NULL OR p.valid_until >= asked.today)))), false)"""


def sight_of(user: User, authorities: Iterable[Authority]) -> dict[str, list[str] | list[int]]:
    """What SIGHT asks with: divisions whose own cases are seen, and those moving there; whose participation counts."""
    own = [a for a in authorities if a.role not in NO_SIGHT]
    seeing = [a for a in own if a.role not in BY_PARTICIPATION]
    named = {user.pk} | {a.lender.pk for a in own if a.lender and a.role in BY_PARTICIPATION}
    return {
        "homes": [a.division for a in seeing if a.role not in RECEIVING],
        "partners": [a.division for a in seeing],
        "named": sorted(named) if own else [],
    }


def sees(
    user: User, authorities: Iterable[Authority], case: Case, participants: Iterable[Participant], today: date
) -> bool:
    """scope_of for one case already read, with all its participants (a test holds the two together)."""
    own = [a for a in authorities if a.role not in NO_SIGHT]
    holders = {user.pk} | {a.lender.pk for a in own if a.lender and a.role in BY_PARTICIPATION}
    if any(p.user_id in holders and in_force(p, today) for p in participants):
        return bool(own)
    return any(a.role not in BY_PARTICIPATION and _reaches(a, case) for a in own)


def _reaches(authority: Authority, case: Case) -> bool:
    partner = case.partner_unit if case.partner_since else None
    if partner and partner.code.startswith(authority.division):
        return True
    return authority.role not in RECEIVING and case.home_unit.code.startswith(authority.division)


def in_force(row: Participant | Posting, day: date) -> bool:
    """valid_on for one row already read."""
    return row.valid_from <= day and (row.valid_until is None or row.valid_until >= day)


def visible_cases(user: User, today: date) -> QuerySet[Case]:
    """The one scoped way to read cases."""
    return Case.objects.filter(in_scope(user, today))


def seen_by(user: User, authorities: Iterable[Authority], today: date) -> QuerySet[Case]:
    """The same for postings already read."""
    return Case.objects.filter(scope_of(user, list(authorities), today))


def case_or_404(user: User, reference: str, today: date) -> Case:
    """The case, or a NotFound that does not tell whether it exists (promise P20)."""
    case = visible_cases(user, today).filter(reference=reference).first()
    if case is None:
        raise errors.NotFound()
    return case


def aspects_in_sight(authorities: Iterable[Authority], case: Case) -> frozenset[str]:
    """Which aspects of a visible case are shown: the receiving side never sees inventory or payments."""
    home = case.home_unit.code
    here = [a for a in authorities if a.role not in NO_SIGHT]
    if any(home.startswith(a.division) and a.role not in RECEIVING for a in here):
        return ASPECTS
    return RECEIVING_ASPECTS if here else frozenset()


def authority_for(authorities: Iterable[Authority], step: Step) -> Authority | None:
    """The posting that covers this step's role and unit; an own posting comes before a lent one."""
    fitting = [a for a in authorities if a.covers(step.role, step.unit.code)]
    return min(fitting, key=lambda a: a.lender is not None, default=None)


def step_filter(authorities: Iterable[Authority]) -> Q:
    """Open steps that one of these postings covers."""
    parts = [Q(role=a.role) & prefix_range("unit__code", a.division) for a in authorities]
    return reduce(or_, parts, Q(pk__in=[]))


# Units above an asked one are its code's prefixes; an office ("code.XX") serves the division it sits in.
HOLDERS = """
WITH reach AS (
    SELECT a.role, a.code, p.id, p.user_id
    FROM unnest(%(roles)s::text[], %(codes)s::text[]) AS a(role, code)
    CROSS JOIN unnest(ARRAY[2, 4, 6, 9, 12, 14]) AS digits
    JOIN workflow_unit u ON u.code = left(a.code, digits)
        OR u.code > left(a.code, digits) || '.' AND u.code < left(a.code, digits) || '/'
    JOIN workflow_posting p ON p.role = a.role AND p.unit_id = u.id
        AND p.valid_from <= %(today)s AND (p.valid_until IS NULL OR p.valid_until >= %(today)s)
    JOIN workflow_user w ON w.id = p.user_id AND w.is_active
    WHERE length(a.code) >= digits
), found AS (
    SELECT role, code, user_id FROM reach
    UNION
    SELECT r.role, r.code, b.substitute_id FROM reach r
    JOIN workflow_substitution b ON b.posting_id = r.id AND b.revoked_at IS NULL
        AND b.valid_from <= %(today)s AND b.valid_until >= %(today)s
)
SELECT json_agg(json_build_array(f.role, f.code, w.id, w.username, w.full_name) ORDER BY w.id)::text
FROM found f JOIN workflow_user w ON w.id = f.user_id AND w.is_active
"""


def holders_of_all(pairs: Iterable[tuple[str, str]], today: date) -> dict[tuple[str, str], list[User]]:
    """For each (role, unit code): whose own valid posting covers the role over the unit, with those they lend it to."""
    asked = {(role, code): (role, code.split(".")[0]) for role, code in pairs}
    wanted = sorted(set(asked.values()))
    found = statements.row(
        HOLDERS, {"roles": [role for role, _code in wanted], "codes": [code for _role, code in wanted], "today": today}
    )
    holders: dict[tuple[str, str], list[User]] = {pair: [] for pair in wanted}
    for role, code, pk, username, full_name in json.loads(found[0]) if found and found[0] else ():
        holders[role, code].append(User(id=pk, username=username, full_name=full_name, is_active=True))
    return {pair: holders[digits] for pair, digits in asked.items()}


def holders_of(role: str, unit_code: str, today: date) -> QuerySet[User]:
    """The same for one role over one unit, as a query (a test holds the two together)."""
    digits = unit_code.split(".")[0]
    codes = [digits[:length] for length in (2, 4, 6, 9, 12, 14) if len(digits) >= length]
    reach = Posting.objects.filter(valid_on(today), role=role, user__is_active=True)
    reach = reach.filter(division_in(codes))
    lent = Substitution.objects.filter(valid_on(today), revoked_at=None, posting__in=reach, substitute__is_active=True)
    return User.objects.filter(Q(pk__in=reach.values("user_id")) | Q(pk__in=lent.values("substitute_id"))).order_by(
        "pk"
    )


def division_in(codes: list[str]) -> Q:
    """Units that are one of these divisions, or an office in one of them."""
    offices = reduce(or_, (prefix_range("unit__code", f"{code}.") for code in codes), Q())
    return Q(unit__code__in=codes) | offices


def under_schedules(schedules: set[int], cases: Iterable[int] = ()) -> Q:
    """Cases that still race against one of these schedules, and these others."""
    return (Q(schedule__in=schedules) | Q(pk__in=list(cases))) & ~Q(state__in=FINAL_STATES)


def deciders(wanted: Iterable[tuple[str, int]], today: date) -> dict[tuple[str, int], set[int]]:
    """Ids of everyone whose posting, own or lent, covers each (role, unit id) today, in three statements."""
    pairs = set(wanted)
    if not pairs:
        return {}
    codes = dict(Unit.objects.filter(pk__in={unit for _role, unit in pairs}).values_list("pk", "code"))
    own = Posting.objects.filter(valid_on(today), role__in={role for role, _unit in pairs}).select_related("unit")
    lent = Substitution.objects.filter(valid_on(today), revoked_at=None, posting__in=own).values_list(
        "posting_id", "substitute_id"
    )
    reach: dict[tuple[str, str], set[int]] = {}
    people = {posting.pk: {posting.user_id} for posting in own}
    for posting_id, substitute in lent:
        people[posting_id].add(substitute)
    for posting in own:
        reach.setdefault((posting.role, posting.unit.division), set()).update(people[posting.pk])
    return {
        (role, unit): set().union(
            *(reach.get((role, codes[unit][:length]), ()) for length in range(2, len(codes[unit]) + 1))
        )
        for role, unit in pairs
    }
