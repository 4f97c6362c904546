"""Whose county a schedule belongs to: its days are counted."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Expand only."""

    dependencies = [
        ("workflow", "0006_people"),
    ]

    operations = [
        migrations.AddField(
            model_name='schedule',
            name='unit',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='workflow.unit'),
        ),
    ]
