"""The engine's tables and guards, as twenty-two migrations had left them by November 2026.

A database that has all of them goes on as if it had this one; one that has only some is refused (config/lineage.py).
"""

from django.db import migrations

from workflow.migrations.tables import calendars, cases, guards, history, notices, people, routes, steps
from workflow.migrations.tables.fields import CreateTables

REPLACED = """
    0001_initial 0002_guards 0003_signers 0004_dates 0005_accounts 0006_people 0007_schedule_unit 0008_routes_as_policy
    0009_ladders 0010_desk 0011_looks 0012_send_after 0013_questions 0014_case_migrations 0015_queue_order
    0016_supervision_and_weekly 0017_watch 0018_held_order 0019_look_detail 0020_read_reports 0021_look_again
    0022_watch_as_owner
"""


class Migration(migrations.Migration):
    """The engine names no room above it."""

    initial = True
    dependencies = []
    replaces = [("workflow", name) for name in REPLACED.split()]
    operations = [
        CreateTables(
            people.TABLES
            + calendars.TABLES
            + routes.TABLES
            + cases.TABLES
            + steps.TABLES
            + history.TABLES
            + notices.TABLES
        ),
        migrations.RunSQL(guards.GUARDS, guards.UNDO),
    ]
