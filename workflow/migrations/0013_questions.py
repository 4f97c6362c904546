"""What a signer, adviser or new holder is asked, and why a signer was dropped, in words."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Two texts on the step; events carry codes only."""

    dependencies = [("workflow", "0012_send_after")]
    operations = [
        migrations.AddField("step", "question", models.CharField(blank=True, db_default="", max_length=300)),
        migrations.AddField("step", "close_note", models.CharField(blank=True, db_default="", max_length=300)),
    ]
