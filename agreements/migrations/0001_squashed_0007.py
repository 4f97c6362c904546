"""The tables and guards of agreements, as seven migrations had left them by November 2026.

A database that has all of them goes on as if it had this one; one that has only some is refused (config/lineage.py).
"""

from django.db import migrations

from agreements.migrations.tables import agreements, households
from workflow.migrations.tables.fields import CreateTables

REPLACED = """
    0001_initial 0002_guards 0003_endings 0004_dates 0005_schedule_units 0006_last_four 0007_typed_drafts
"""
# the functions, and the table of legal moves, are the engine's
GUARDS = """
CREATE TRIGGER transfer_legal_move BEFORE INSERT OR UPDATE OF state ON agreements_accounttransfer
  FOR EACH ROW EXECUTE FUNCTION workflow_refuse_illegal_move('agreements.AccountTransfer');
CREATE TRIGGER homestead_legal_move BEFORE INSERT OR UPDATE OF state ON agreements_homestead
  FOR EACH ROW EXECUTE FUNCTION workflow_refuse_illegal_move('agreements.Homestead');
CREATE TRIGGER revision_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON agreements_revision
  FOR EACH STATEMENT EXECUTE FUNCTION workflow_refuse_change();
"""


class Migration(migrations.Migration):
    """Agreements stand on the engine's cases."""

    initial = True
    dependencies = [("workflow", "0001_squashed_0022")]
    replaces = [("agreements", name) for name in REPLACED.split()]
    operations = [
        CreateTables(households.TABLES + agreements.TABLES),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),  # triggers go with their tables
    ]
