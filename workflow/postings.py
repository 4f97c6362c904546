"""Postings as the only source of authority: what one person holds and was lent, in one prepared statement.

It is asked on every click: through the ORM two statements were planned and built anew each time.
"""

from dataclasses import dataclass
from datetime import date

from workflow import statements
from workflow.models import Role, Unit, User

# the parameters stand in `asked` only: see workflow/queries/head.py
HELD = """
WITH asked AS MATERIALIZED (SELECT %(user)s::bigint AS me, %(today)s::date AS today), held AS (
    SELECT p.id, p.role, p.unit_id, NULL::bigint AS lender, 0 AS loan FROM asked JOIN workflow_posting p
        ON p.user_id = asked.me AND p.valid_from <= asked.today
        AND (p.valid_until IS NULL OR p.valid_until >= asked.today)
    UNION ALL
    SELECT p.id, p.role, p.unit_id, p.user_id, b.id FROM asked JOIN workflow_substitution b
        ON b.substitute_id = asked.me AND b.revoked_at IS NULL
        AND b.valid_from <= asked.today AND b.valid_until >= asked.today
    JOIN workflow_posting p ON p.id = b.posting_id AND p.valid_from <= asked.today
        AND (p.valid_until IS NULL OR p.valid_until >= asked.today)
)
SELECT h.id, h.role, u.id, u.code, u.name, u.valid_from, u.valid_until, w.id, w.username, w.full_name, w.is_active
FROM held h JOIN workflow_unit u ON u.id = h.unit_id LEFT JOIN workflow_user w ON w.id = h.lender
ORDER BY h.lender IS NOT NULL, h.loan, h.id
"""
LENDER = frozenset({"id", "username", "full_name", "is_active"})


@dataclass(frozen=True)
class Authority:
    """One valid posting, held or lent: `lender` is the person for whom its user acts."""

    posting_id: int
    user: User
    lender: User | None
    role: str
    unit: Unit

    @property
    def division(self) -> str:
        """Code prefix this posting reaches."""
        return self.unit.division

    @property
    def role_name(self) -> str:
        """The role in words."""
        return str(Role(self.role).label)

    @property
    def persons(self) -> frozenset[int]:
        """Both names count in four eyes."""
        return frozenset({self.user.pk} | ({self.lender.pk} if self.lender else set()))

    def covers(self, role: str, unit_code: str) -> bool:
        """Whether this posting holds the role over that unit."""
        return self.role == role and unit_code.startswith(self.division)


def of(user: User, today: date) -> list[Authority]:
    """Own and lent postings valid on this day, own ones first."""
    found = []
    for posting, role, *values in statements.rows(HELD, {"user": user.pk, "today": today}):
        unit, lender = values[:5], values[5:]
        person = User.from_db("default", LENDER, lender) if lender[0] is not None else None
        found.append(Authority(posting, user, person, role, Unit(*unit)))
    return found
