"""The triggers that keep workflow_watch run as their owner, in databases that ran 0017 before it said so.

As the application's role they were refused between the migration and the grant, and with them every step that a
running process of the old code opened or closed.
"""

from django.db import migrations

AS_OWNER = """
ALTER FUNCTION workflow_watch_opened() SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION workflow_watch_changed() SECURITY DEFINER SET search_path = public, pg_temp;
"""


class Migration(migrations.Migration):
    """Changes nothing where 0017 ran in its present form."""

    dependencies = [("workflow", "0020_read_reports")]
    operations = [migrations.RunSQL(AS_OWNER, migrations.RunSQL.noop)]
