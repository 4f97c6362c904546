"""The people as they are given: who holds which post where, and who stands in for whom.

People are names, posts are {person: {role: unit code}}, a loan is (substitute, lender, role).
"""

from dataclasses import dataclass

Persons = frozenset[str]  # whoever acts, and whoever they act for


@dataclass
class People:
    """Posts and loans; the units of the case, its drafter and its household's cadre; whether its route carries
    decisions forward."""

    posts: dict[str, dict[str, str]]
    units: dict[str, str]
    lent: set[tuple[str, str, str]]
    author: str
    cadre: str
    carries: bool

    def post(self, who: str, role: str, unit: str) -> tuple[Persons, str]:
        """The persons who would act (oneself, and whom one stands in for) and the unit of the post, own before lent."""
        stands = [who, *(lender for one, lender, lent in self.lent if (one, lent) == (who, role))]
        found = [(frozenset({who, lender}), self.posts[lender].get(role, "-")) for lender in stands]
        return next((pair for pair in found if unit.startswith(pair[1])), (frozenset(), "-"))

    def holders(self, role: str, unit: str) -> dict[str, Persons]:
        """Everyone who could act under a post of this role over the unit, and for whom."""
        return {who: persons for who in self.posts if (persons := self.post(who, role, unit)[0])}

    def home(self, who: str, *roles: str) -> Persons:
        """The persons who would act as one of these roles over the household's home."""
        return next(filter(None, (self.post(who, role, self.units["home_group"])[0] for role in roles)), frozenset())
