"""Why an agreement was withdrawn, terminated, superseded or reopened."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """A table of endings."""

    dependencies = [("agreements", "0002_guards"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.CreateModel(
            name="Ending",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("move", models.CharField(max_length=12)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("document_no", models.CharField(blank=True, max_length=80)),
                ("at", models.DateTimeField()),
                ("agreement", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="endings", to="agreements.agreement")),
                ("by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
        ),
    ]
