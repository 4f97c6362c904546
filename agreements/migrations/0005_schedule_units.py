"""Schedules learn whose county's days they count with."""

from django.db import migrations

COUNTIES = """
UPDATE workflow_schedule s SET unit_id = p.county_id FROM agreements_programme p WHERE p.schedule_id = s.id;
"""


class Migration(migrations.Migration):
    """Data only."""

    dependencies = [("agreements", "0004_dates"), ("workflow", "0007_schedule_unit")]
    operations = [migrations.RunSQL(COUNTIES, migrations.RunSQL.noop)]
