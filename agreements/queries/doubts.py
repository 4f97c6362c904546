"""What an agreement says that is possible but hardly ever meant: shown to drafter and reviewer, never refused."""

from decimal import Decimal

from django.utils.translation import gettext as _

from agreements import fields
from agreements.fields import HOMESTEAD_M2, LAND_MU, Field
from agreements.models import Agreement, Homestead

PLOT = {field.name: field for wanted in fields.PLOT.values() for field in wanted if field.usual}


def doubts(case: Agreement, plot: Homestead | None = None) -> list[str]:
    """Sentences on areas outside the usual (domain.md, validation catalogue) and on a move after the water has come."""
    asked = [(HOMESTEAD_M2, case.homestead_m2 if case.has_homestead else None), (LAND_MU, case.production_land_mu)]
    asked += [(field, getattr(plot, name)) for name, field in PLOT.items()] if plot else []
    found = [_unusual(field, value) for field, value in asked if value is not None]
    late = case.move_by is not None and case.move_by > case.schedule.storage_on
    found += [_too_late(case)] if late else []
    return [sentence for sentence in found if sentence]


def _unusual(field: Field, value: Decimal) -> str:
    least, most = field.usual or (value, value)
    if least <= value <= most:
        return ""
    told = {"field": field.label, "value": f"{value.normalize():f}", "least": least, "most": most}
    return _("%(field)s: %(value)s is unusual (%(least)s to %(most)s are usual). Check for a slip.") % told


def _too_late(case: Agreement) -> str:
    told = {"day": f"{case.move_by:%Y-%m-%d}", "water": f"{case.schedule.storage_on:%Y-%m-%d}"}
    return _("Move by %(day)s: that is after the water is stored on %(water)s.") % told
