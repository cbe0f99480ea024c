from datetime import timedelta

from django.db import migrations, models

HENG_NOW = """
CREATE FUNCTION heng_now() RETURNS timestamptz LANGUAGE sql STABLE AS
$$ SELECT clock_timestamp() + COALESCE((SELECT ahead FROM common_clockoffset WHERE id = 1), interval '0') $$;
INSERT INTO common_clockoffset (id, ahead) VALUES (1, interval '0');
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="ClockOffset",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("ahead", models.DurationField(default=timedelta)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="clock_offset_is_one_row"),
                    models.CheckConstraint(
                        condition=models.Q(("ahead__gte", timedelta())), name="clock_never_runs_back"
                    ),
                ],
            },
        ),
        migrations.RunSQL(HENG_NOW, "DROP FUNCTION heng_now(); DELETE FROM common_clockoffset;"),
    ]
