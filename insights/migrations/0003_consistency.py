"""What is counted of how like cases end."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("insights", "0002_personal_copies"),
    ]

    operations = [
        migrations.CreateModel(
            name="Consistency",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField()),
                ("kind", models.CharField(max_length=24)),
                ("key", models.CharField(blank=True, max_length=48)),
                ("numerator", models.BigIntegerField()),
                ("denominator", models.BigIntegerField()),
                ("kappa", models.FloatField(null=True)),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("month", "kind", "key"), name="consistency_once"),
                    models.CheckConstraint(
                        condition=models.Q(("numerator__gte", 0), ("denominator__gte", 0)),
                        name="consistency_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Outcomes",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("type_code", models.CharField(max_length=32)),
                ("currency", models.CharField(max_length=3)),
                ("band", models.PositiveSmallIntegerField(null=True)),
                ("full", models.PositiveIntegerField()),
                ("part", models.PositiveIntegerField()),
                ("merchant", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("type_code", "currency", "band"), name="outcomes_once", nulls_distinct=False
                    )
                ],
            },
        ),
    ]
