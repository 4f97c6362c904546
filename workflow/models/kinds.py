"""What the engine may ask about the kinds of case that exist: each is a model that inherits from Case."""

from collections.abc import Callable, Iterable
from typing import Any

from django.apps import apps

from workflow.models.case import Case


def kinds() -> list[Any]:
    """Every concrete kind of case."""
    return [model for model in apps.get_models() if issubclass(model, Case) and model is not Case]


def state_names() -> dict[str, Any]:
    """Code to words of every state of every kind."""
    return {code: name for kind in kinds() for code, name in kind.state_names.items()}


# What a kind derives from its own rows, by its label: (facts, hashes) as they should be stored on the case. Registered
# when the kind's app is ready: the engine imports no subject.
DERIVERS: dict[str, Callable[[Any], tuple[dict[str, Any], dict[str, str]]]] = {}
# ids of registered subjects that have no case and stand on nobody's list of those not started (promise P6)
UNACCOUNTED: list[Callable[[], Iterable[int]]] = []
# names of papers by the identity a look kept of them (Look.detail); what is not there is no paper of that kind
PAPERS: list[Callable[[Iterable[str]], dict[str, str]]] = []
