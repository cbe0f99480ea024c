"""What the platform found wrongly is made good from its own fund."""

from django.db import migrations, models

PURPOSES = ("refund", "freight", "release", "repay", "collect", "waive", "charge", "restore", "reclaim", "compensate")


class Migration(migrations.Migration):
    dependencies = [
        ("enforcement", "0002_two_people_and_reports"),
    ]

    operations = [
        migrations.AlterField(
            model_name="step",
            name="purpose",
            field=models.CharField(
                choices=[(value, value) for value in (*PURPOSES, "hold", "lift")],
                max_length=10,
            ),
        ),
    ]
