"""What a route of an agreement may speak about, in words: facts, needs, papers, aspects, units and schedule points."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from agreements import labels, lifecycle
from workflow.models import Role
from workflow.rules.vocabulary import CHOICE, NUMBER, YES_NO, Fact, Vocabulary

FACTS: dict[str, Fact] = {
    "mode": Fact(_("resettlement mode"), CHOICE, choices=labels.MODES),
    "persons": Fact(_("number of persons"), NUMBER, measure=_("persons"), least=1, most=60, grain=1),
    "amount": Fact(_("compensation amount"), NUMBER, measure=_("yuan"), least=0, most=100_000_000),
    "crosses_county": Fact(
        _("county line"),
        YES_NO,
        yes=_("the household moves across the county line"),
        no=_("the household stays in the county"),
    ),
    "area_changes": Fact(
        _("registration area"),
        YES_NO,
        yes=_("the registration area changes"),
        no=_("the registration area stays the same"),
    ),
    "has_homestead": Fact(
        _("homestead"), YES_NO, yes=_("the household gets a house plot"), no=_("the household gets no house plot")
    ),
    "plot_state": Fact(_("state of the plot"), CHOICE, choices={"": _("no plot yet"), **labels.PLOT_STATES}),
}
NEEDS: dict[str, Any] = {
    "wish_form_is_signed": _("Wish form is signed"),
    "party_a_is_authorised": _("Party A is authorised"),
    "members_are_listed": _("Members are listed"),
    "notice_is_posted": _("Public notice is posted"),
    "notice_is_over": _("Public notice has run out"),
    "no_objection_is_open": _("No objection is open"),
    "signatures_are_complete": _("Signatures are complete"),
    "accounts_are_moved": _("Every account has moved or is excused"),
    "plot_is_selected": _("Plot is selected"),
    "plot_is_allotted": _("Plot is allotted"),
    "plot_is_approved": _("Plot is approved"),
    "plot_is_built": _("House is built"),
    "plot_is_accepted": _("Plot is accepted"),
}
RESOLVERS: dict[str, Any] = {
    "home_group": _("Village group of origin"),
    "home_village": _("Village of origin"),
    "home_town": _("Town of origin"),
    "county": _("County"),
    "partner_village": _("Receiving village"),
    "partner_town": _("Receiving town"),
}

# what the number is called that a step of the default routes asks of whoever approves it, by the step's key
NUMBERS: dict[str, Any] = {
    "vice_approval": _("Number of the minutes"),
    "chair_approval": _("Number of the minutes"),
    "receiving_village": _("Number of the letter of acceptance"),
    "receiving_town": _("Page of the quota ledger"),
    "county_filing": _("Filing number"),
    "payment_prepared": _("Number of the payment sheet"),
    "payment_checked": _("Number of the check"),
    "payment_made": _("Voucher number"),
    "move_in": _("Number of the move confirmation"),
    "land_handed_over": _("Number of the land hand-over"),
    "household_confirms": _("Number of the confirmation sheet"),
    "file_complete": _("Archive number"),
}

# what the conditions of the lifecycle's advance transitions ask, as needs of a step (lifecycle.py)
GUARDS: dict[str, tuple[str, ...]] = {
    "signing": ("signatures_are_complete",),
    "account_transfer": ("accounts_are_moved",),
    "homestead_adjustment": ("plot_is_accepted",),
}


def vocabulary() -> Vocabulary:
    """Everything a route of an agreement may name."""
    return Vocabulary(
        modes=labels.MODES,
        states={state: lifecycle.STATES[state] for state in lifecycle.PATH[:-1]},
        points=labels.POINTS,
        facts=FACTS,
        needs=NEEDS,
        papers=lifecycle.PAPERS,
        aspects=labels.ASPECTS,
        resolvers=RESOLVERS,
        roles=dict(Role.choices),
        guards=GUARDS,
        numbers=NUMBERS,
    )


def states_of(facts: dict[str, Any]) -> tuple[str, ...]:
    """The states a household with these facts passes through (the lifecycle's guards; see the enumerated test)."""
    skipped = {
        state
        for state, fact in (("account_transfer", "area_changes"), ("homestead_adjustment", "has_homestead"))
        if not facts.get(fact)
    }
    return tuple(state for state in lifecycle.PATH[:-1] if state not in skipped)
