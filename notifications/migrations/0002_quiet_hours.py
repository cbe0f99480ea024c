"""People choose of what they are told by e-mail, and when it is quiet."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="preference",
            name="news",
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name="preference",
            name="quiet_since",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="preference",
            name="quiet_until",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name="preference",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("quiet_since__isnull", True), ("quiet_until__isnull", True)),
                    models.Q(
                        ("quiet_since__isnull", False),
                        ("quiet_since__lte", 23),
                        ("quiet_until__isnull", False),
                        ("quiet_until__lte", 23),
                        models.Q(("quiet_since", models.F("quiet_until")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="quiet_hours_are_hours",
            ),
        ),
    ]
