"""A weekly report travels in one bundle."""


import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0002_bundles'),
        ('workflow', '0016_supervision_and_weekly'),
    ]

    operations = [
        migrations.AddField(
            model_name='bundle',
            name='report',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='bundle', to='workflow.weeklyreport'),
        ),
    ]
