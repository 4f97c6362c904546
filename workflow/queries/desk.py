"""What a person finds at the desk: their saved views and phrases, and those shared with a role they hold."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from workflow import statements
from workflow.models import User
from workflow.policies import Authority

# `asked` as in queries/head.py
VISIBLE = """
WITH asked AS MATERIALIZED (
    SELECT %(me)s::bigint AS me, %(roles)s::text[] AS roles, %(divisions)s::text[] AS divisions
)
SELECT {said}, k.owner_id = asked.me AS mine, k.role FROM asked, (
    SELECT * FROM (
        SELECT t.* FROM {table} t, asked WHERE t.owner_id = asked.me
        UNION
        SELECT t.* FROM asked, unnest(asked.roles, asked.divisions) AS post(role, division) JOIN {table} t
            ON t.role <> '' AND t.role = post.role AND t.division = post.division
    ) every ORDER BY id LIMIT 80) k
ORDER BY mine DESC, k.id
"""
VIEWS = VISIBLE.format(table="workflow_savedview", said="k.id, k.name, k.query")
PHRASES = VISIBLE.format(table="workflow_phrase", said="k.id, k.text")
SHOWN = 12  # chips beside a list; the rest stands on the page that manages them


@dataclass(frozen=True)
class Kept:
    """Something kept, and whether this reader may remove it."""

    id: int
    text: str
    query: str
    mine: bool
    role: str


def views(user: User, authorities: Iterable[Authority]) -> list[Kept]:
    """Saved views, own ones first."""
    return [Kept(pk, name, query, mine, role) for pk, name, query, mine, role in _visible(VIEWS, user, authorities)]


def phrases(user: User, authorities: Iterable[Authority]) -> list[Kept]:
    """Phrases, own ones first."""
    return [Kept(pk, text, "", mine, role) for pk, text, mine, role in _visible(PHRASES, user, authorities)]


def chips(user: User, authorities: Iterable[Authority]) -> list[str]:
    """The phrases offered beside a comment; without any kept, four to begin with."""
    kept = [one.text for one in phrases(user, authorities)][:SHOWN]
    return kept or [
        _("Agreed."),
        _("Please complete the papers."),
        _("Please check the area."),
        _("Please check the amount."),
    ]


def _visible(statement: str, user: User, authorities: Iterable[Authority]) -> list[tuple[Any, ...]]:
    """Own ones, and those shared with a role this reader holds in a division that contains theirs."""
    around = sorted({(a.role, a.division[:size]) for a in authorities for size in range(2, len(a.division) + 1)})
    asked = {"me": user.pk, "roles": [role for role, _code in around], "divisions": [code for _role, code in around]}
    return statements.rows(statement, asked)
