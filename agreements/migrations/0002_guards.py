"""Triggers of the two small state machines; the function and the table of legal moves are the engine's."""

from django.db import migrations

GUARDS = """
CREATE TRIGGER transfer_legal_move BEFORE INSERT OR UPDATE OF state ON agreements_accounttransfer
  FOR EACH ROW EXECUTE FUNCTION workflow_refuse_illegal_move('agreements.AccountTransfer');
CREATE TRIGGER homestead_legal_move BEFORE INSERT OR UPDATE OF state ON agreements_homestead
  FOR EACH ROW EXECUTE FUNCTION workflow_refuse_illegal_move('agreements.Homestead');
"""
UNDO = """
DROP TRIGGER transfer_legal_move ON agreements_accounttransfer;
DROP TRIGGER homestead_legal_move ON agreements_homestead;
"""


class Migration(migrations.Migration):
    """The database's own guards."""

    dependencies = [("agreements", "0001_initial"), ("workflow", "0002_guards")]
    operations = [migrations.RunSQL(GUARDS, UNDO)]
