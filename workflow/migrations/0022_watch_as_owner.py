"""The triggers that keep workflow_watch run as their owner; databases that ran 0017 before it said so learn it here.

As the application's role they were refused between the migration and the grant, and with them every step that a
running process of the old code opened or closed.
"""

from django.db import migrations

AS_OWNER = "".join(
    f"ALTER FUNCTION workflow_watch_{what}() SECURITY DEFINER SET search_path = public, pg_temp;\n"
    for what in ("opened", "changed", "waited", "resumed")
)


class Migration(migrations.Migration):
    """Expands only; changes nothing where a function was made so."""

    dependencies = [("workflow", "0021_look_again")]
    operations = [migrations.RunSQL(AS_OWNER, migrations.RunSQL.noop)]
