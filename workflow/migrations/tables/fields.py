"""Short words for the fields that nearly every table has, and the operation that makes many tables at once."""

from django.conf import settings
from django.db import models
from django.db.migrations.operations.base import Operation

PERSON = settings.AUTH_USER_MODEL


def row():
    """The number of a row."""
    return ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


def to(model, related_name=None, on_delete=models.PROTECT, kind=models.ForeignKey, **more):
    """A row of another table, which cannot be deleted while it is named here, unless `on_delete` says otherwise."""
    named = {"related_name": related_name} if related_name else {}
    return kind(to=model, on_delete=on_delete, **named, **more)


def one_to_one(model, related_name=None, **more):
    """A row of another table that nobody else here names."""
    return to(model, related_name, kind=models.OneToOneField, **more)


class CreateTables(Operation):
    """Makes tables that name each other, in any order, and their foreign keys last.

    As operations of their own they would cost seconds: after each Django renders all models anew that hang together
    with the new table. Here they are rendered once. The foreign keys are not left for the end of the migration, for
    then it would be recorded in other transactions than the one that made the tables: a run killed in between could
    not be repeated.
    """

    def __init__(self, tables):
        """`tables`: CreateModel operations."""
        self.tables = tables

    def state_forwards(self, app_label, state):
        """Forget what is rendered before adding, so that adding renders nothing; whoever asks next renders all."""
        if "apps" in state.__dict__:
            del state.apps
        for table in self.tables:
            table.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        """Tables first, then what points from one to another."""
        for table in self.tables:
            table.database_forwards(app_label, schema_editor, from_state, to_state)
        while schema_editor.deferred_sql:
            schema_editor.execute(schema_editor.deferred_sql.pop(0), None)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        """Away with them, the last first."""
        for table in reversed(self.tables):
            table.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self):
        """What `migrate --plan` prints."""
        return f"Create {len(self.tables)} tables"
