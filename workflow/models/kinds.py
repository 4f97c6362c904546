"""What the engine may ask about the kinds of case that exist: each is a model that inherits from Case."""

from typing import Any

from django.apps import apps

from workflow.models.case import Case


def kinds() -> list[Any]:
    """Every concrete kind of case."""
    return [model for model in apps.get_models() if issubclass(model, Case) and model is not Case]


def state_names() -> dict[str, Any]:
    """Code to words of every state of every kind."""
    return {code: name for kind in kinds() for code, name in kind.state_names.items()}
