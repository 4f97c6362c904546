"""N cases from the two templates, set-based and as owner: rows are copied whatever columns they have, and references
between them follow. Measured cases bring their whole history; the crowd around them its open round only."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connections, models
from psycopg import sql

from agreements.models import Agreement
from config.bench import world
from workflow.commands import rows
from workflow.models import Case, Decision, Event, Notice, Participant, Receipt, Round, Step

FIRST = 1_000_000  # identities of copies start here, far above those of the templates
SPAN = {Case: 1, Round: 200, Step: 200, Decision: 200, Event: 400, Participant: 20}  # identities a case may use
UNIT = "coalesce((SELECT u.unit_id FROM bench_unit u WHERE u.old_id = t.{column} AND u.town = i % {towns}), t.{column})"


@dataclass(frozen=True)
class Crowd:
    """What was made: case numbers up to `measured` may be decided, every hundredth step is newly due for a sweep."""

    county: world.County
    cases: int
    measured: int


def build(cases: int, measured: int) -> Crowd:
    """Template cases and their copies, indexed and analysed."""
    county = world.build()
    with connections["owner"].cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; SET synchronous_commit = off")
        _units(cursor, county)
        for offset, plan in enumerate((world.REVIEW, world.APPROVAL)):
            _copy_case(cursor, county.templates[plan], offset, cases, measured)
        spread_due(cursor, county)
        _defaults(cursor)
        for model in SPAN:
            cursor.execute(
                f"SELECT setval('{model._meta.db_table}_id_seq', {FIRST} + {SPAN[model]} * %s::bigint)", [cases + 1]
            )
        cursor.execute("SET session_replication_role = origin; RESET synchronous_commit")
        cursor.execute("VACUUM (ANALYZE)")  # the dates were spread by an update: as autovacuum would leave it
        cursor.execute("CHECKPOINT")
    connections["owner"].close()
    return Crowd(county, cases, measured)


def case_id(number: int) -> int:
    """Identity of the n-th case; even ones stand before the town's review, odd ones before the approval."""
    return FIRST + number


def _units(cursor: Any, county: world.County) -> None:
    cursor.execute("CREATE TABLE bench_unit (old_id bigint, town int, unit_id bigint, PRIMARY KEY (old_id, town))")
    cursor.execute("GRANT SELECT ON bench_unit TO PUBLIC")
    for length in (9, 12, 14):
        for town in range(world.TOWNS):
            old, new = (f"{world.town_code(number)}00101"[:length] for number in (0, town))
            pair = [county.units[old].pk, town, county.units[new].pk]
            cursor.execute("INSERT INTO bench_unit VALUES (%s, %s, %s)", pair)


class _Template:
    """One template case and where its identities begin."""

    def __init__(self, cursor: Any, case: Case) -> None:
        self.cursor, self.begins = cursor, dict[Any, int]({Case: case.pk})
        for model in (Round, Step, Decision, Event, Participant):
            cursor.execute(f"SELECT min(id), max(id) FROM {model._meta.db_table} WHERE case_id = %s", [case.pk])
            first, last = cursor.fetchone()
            assert last - first < SPAN[model], f"{model.__name__}: a template spans {last - first} identities"
            self.begins[model] = first

    def copy(self, model: type[models.Model], series: str, where: str, given: dict[str, str]) -> None:
        """Copy the template's rows once per number i of the series."""
        columns = rows.columns(model)
        values = [given.get(name) or self._value(model, name) for name in columns]
        names = ", ".join(f'"{name}"' for name in columns)
        self.cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({names}) SELECT {', '.join(values)} "
            f"FROM {model._meta.db_table} t CROSS JOIN {series} WHERE {where}"
        )

    def _value(self, model: type[models.Model], name: str) -> str:
        """A column in a copy: identities and references move with the case's number, the rest stays."""
        field = next(field for field in model._meta.local_concrete_fields if field.attname == name)
        target: Any = model if field.primary_key else field.related_model
        if target not in self.begins:
            return f't."{name}"'
        return f't."{name}" - {self.begins[target]} + {FIRST} + i * {SPAN[target]}'


def _copy_case(cursor: Any, case: Case, offset: int, cases: int, measured: int) -> None:
    template = _Template(cursor, case)
    everyone, few = f"generate_series({offset}, {cases - 1}, 2) i", f"generate_series({offset}, {measured - 1}, 2) i"
    rest = f"generate_series({offset + measured}, {cases - 1}, 2) i"
    home, unit = (UNIT.format(column=name, towns=world.TOWNS) for name in ("home_unit_id", "unit_id"))
    names = {"reference": "'B' || i", "subject_key": "'B' || i", "title": "'户' || i", "home_unit_id": home}
    template.copy(Case, everyone, f"t.id = {case.pk}", names)
    template.copy(Agreement, everyone, f"t.case_ptr_id = {case.pk}", {"case_ptr_id": f"{FIRST} + i"})
    mine = f"t.case_id = {case.pk}"
    template.copy(Round, few, mine, {})
    template.copy(Round, rest, f"{mine} AND t.closed_at IS NULL", {})
    template.copy(Step, few, mine, {"unit_id": unit})
    template.copy(Step, rest, f"{mine} AND t.state = 'open'", {"unit_id": unit})
    template.copy(Decision, few, mine, {})
    template.copy(Event, few, mine, {"stream": f"'case:' || ({FIRST} + i)"})
    template.copy(Participant, few, mine, {})


def spread_due(cursor: Any, county: world.County) -> None:
    """Due dates spread over 200 days, none near; every hundredth case's steps reach their first rung today."""
    far, near = county.today + timedelta(days=40), county.today + timedelta(days=14)
    cursor.execute(
        """WITH dated AS (
           UPDATE workflow_step SET due = v.due, forward = v.due, backward = v.due + 9, binding = 'forward'
           FROM (SELECT id AS step, newly,
                        CASE WHEN newly THEN %(near)s::date ELSE %(far)s::date + (id * 7919 %% 200)::int END AS due
                 FROM (SELECT id, (case_id %% 100) = 7 AND opened_at < %(now)s - interval '1 day' AS newly
                       FROM workflow_step WHERE state = 'open') s) v
           WHERE id = v.step RETURNING id, CASE WHEN v.newly THEN %(today)s::date ELSE v.due - 30 END AS day)
           INSERT INTO workflow_watch (step_id, remind_on) SELECT id, day FROM dated
           ON CONFLICT (step_id) DO UPDATE SET remind_on = EXCLUDED.remind_on""",
        {"far": far, "near": near, "today": county.today, "now": county.now},
    )


def _defaults(cursor: Any) -> None:
    """Give the columns the defaults of their models, so that the limit's SQL names only what it decides."""
    for model in (Case, Round, Step, Decision, Event, Notice, Receipt):
        for one in model._meta.local_concrete_fields:
            if one.null or one.primary_key or one.has_db_default() or not (one.has_default() or one.blank):
                continue
            value = one.get_db_prep_save(one.get_default(), connections["owner"])
            cursor.execute(
                sql.SQL("ALTER TABLE {} ALTER COLUMN {} SET DEFAULT {}").format(
                    sql.Identifier(model._meta.db_table), sql.Identifier(str(one.column)), sql.Literal(value)
                )
            )
