"""What the engine asks a kind of case about its routes: the words they may use, and where they apply."""

from typing import Any

from agreements import lifecycle, vocabulary
from agreements.models.household import Household
from agreements.models.programme import Programme
from workflow import clock
from workflow.models import Schedule, Unit
from workflow.rules.vocabulary import Vocabulary


class RouteReach:
    """The routes' side of an agreement; all questions are about the kind, not about one case."""

    @classmethod
    def vocabulary(cls) -> Vocabulary:
        """What a route of this kind may name, with words."""
        return vocabulary.vocabulary()

    @classmethod
    def states_of(cls, facts: dict[str, Any]) -> tuple[str, ...]:
        """The states a case with these facts passes through."""
        return vocabulary.states_of(facts)

    @classmethod
    def unit_code(cls, resolver: str, home: str, partner: str | None) -> str | None:
        """Code of the unit a resolver names for a case between these two units."""
        return lifecycle.unit_code(resolver, home, partner)

    @classmethod
    def places(cls, unit: Unit, mode: str) -> list[tuple[str, str]]:
        """(home, partner) unit codes between which households of this mode under the unit move: a route's reach."""
        homes = Household.objects.filter(mode=mode, group__code__startswith=unit.division)
        return sorted(set(homes.values_list("group__code", "destination__code")))

    @classmethod
    def bare_homes(cls, unit: Unit, mode: str) -> list[str]:
        """Codes of the smallest units under this one where no household of the mode is registered yet, but one may be:
        the route applies there as well. A place households move to is none they move from."""
        known = Unit.objects.filter(code__startswith=unit.division).exclude(code__contains=".")
        codes = sorted(known.exclude(valid_until__lt=clock.today()).values_list("code", flat=True))
        smallest = [code for code, after in zip(codes, [*codes[1:], ""], strict=True) if not after.startswith(code)]
        there = Household.objects.filter(group__code__startswith=unit.division, mode=mode)
        settled = set(there.values_list("group__code", flat=True))
        settled |= set(Household.objects.values_list("destination__code", flat=True))
        return [code for code in smallest if code not in settled]

    @classmethod
    def schedules(cls, unit: Unit) -> list[Schedule]:
        """The schedules under which cases of this unit run."""
        running = Programme.objects.filter(county__code__startswith=unit.division[:6])
        return [programme.schedule for programme in running.select_related("schedule").order_by("code")]
