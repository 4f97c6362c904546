"""What every refusal is; the refusals themselves are in errors.py and errors_people.py."""

from typing import Any

from django.utils.translation import gettext as _


class EngineFault(Exception):
    """The lifecycle offers no single way on; an operator has to look at this case."""


class Refusal(Exception):
    """The request cannot be carried out."""

    status = 409

    def __init__(self, **detail: Any) -> None:
        self.detail = detail
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The docstring, translated, with the details filled in."""
        return _(self.__class__.__doc__ or "") % self.detail if self.__doc__ else ""

    @property
    def at(self) -> str:
        """Name of the form's field that has to be changed; empty where it is none in particular."""
        return str(self.detail.get("at", ""))

    def __str__(self) -> str:
        return self.message
