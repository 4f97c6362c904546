"""The whole list, in the order of the promises."""

from tests.sabotage.decisions import DECISIONS
from tests.sabotage.defect import Defect
from tests.sabotage.guarding import GUARDING
from tests.sabotage.watching import WATCHING

__all__ = ["DEFECTS", "Defect"]

DEFECTS = (*DECISIONS, *WATCHING, *GUARDING)
