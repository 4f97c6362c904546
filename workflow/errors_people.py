"""Refusals of the patterns around people: urging, several at once, override, desks. Part of errors.py."""

from workflow.refusal import Refusal


class AlreadyNudged(Refusal):
    """%(who)s already urged this step today at %(when)s; the next time is tomorrow."""


class NobodyToUrge(Refusal):
    """Nobody else holds this step, so there is nobody to urge."""


class NotForBulk(Refusal):
    """This step is not one that may be approved together with others; open it and decide it by itself."""

    status = 422


class ReasonRequired(Refusal):
    """Say why in writing; the reason stays with the agreement."""

    status = 422


class NothingToOverride(Refusal):
    """Here nothing waits that could be passed by override; drafting and what has ended cannot."""

    status = 422


class NobodyToTell(Refusal):
    """Nobody is posted as %(role)s for %(unit)s, to be told of it. The security administrator must post one first."""


class LawForbids(Refusal):
    """An override replaces approvals, never the law: a condition of the lifecycle does not hold yet."""

    status = 422


class NoPosting(Refusal):
    """%(who)s does not hold the post this step needs: %(role)s in %(unit)s. Give them the post first."""

    status = 422


class NobodyAnywhere(Refusal):
    """Nobody up to the county may decide this step; give somebody the post first."""


class NeverDecides(Refusal):
    """%(who)s holds no post that decides (%(posts)s). Choose a colleague who may be asked to sign."""

    status = 422
