"""A term of working days that was stopped or extended remembers from which day it counts, and how many."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("disputes", "0003_shop_desk"),
    ]

    operations = [
        migrations.AddField(
            model_name="deadline",
            name="counts_days",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="deadline",
            name="counts_from",
            field=models.DateTimeField(null=True),
        ),
    ]
