"""What every row with a state machine shares."""

from typing import Any

from django.db import models


class StateMachine(models.Model):
    """A row whose `state` is a protected FSM field: only its transitions write it, and it can still be read again."""

    class Meta:
        abstract = True

    def refresh_from_db(self, using: Any = None, fields: Any = None, from_queryset: Any = None) -> None:
        """Reload; a protected FSM field permits only a first assignment, so the old value steps aside meanwhile.

        django-fsm-2's own mixin switches protection off for the whole class instead (seen: other threads could then
        write the state, for ever if the reload failed).
        """
        held = self.__dict__.pop("state", None) if fields is None or "state" in fields else None
        try:
            super().refresh_from_db(using=using, fields=fields, from_queryset=from_queryset)
        except Exception:
            if held is not None:
                self.__dict__.setdefault("state", held)
            raise
