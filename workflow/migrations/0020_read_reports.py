"""Weekly reports count on the bell until they are read; a word says how many steps it is about."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Expands only. Reports of earlier weeks count as read: nobody's bell rings for last month's."""

    dependencies = [("workflow", "0019_look_detail")]
    operations = [
        migrations.AddField("notice", "number", models.PositiveIntegerField(null=True)),
        migrations.AddField("weeklyreport", "read_at", models.DateTimeField(null=True)),
        migrations.RunSQL("UPDATE workflow_weeklyreport SET read_at = created_at", migrations.RunSQL.noop),
        migrations.AddIndex(
            "weeklyreport",
            models.Index(fields=["person"], condition=models.Q(("read_at", None)), name="weekly_unread"),
        ),
    ]
