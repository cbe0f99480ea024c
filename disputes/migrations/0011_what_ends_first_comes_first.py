"""What is asked of a shop goes by what ends first, a proposal or what the state awaits; an appeal is asked of nobody.

What a generated column is made of cannot be altered: it is made again, and with it its index.
"""

import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("disputes", "0010_what_a_shop_is_asked"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="case", name="case_shop_is_asked"),
        migrations.RemoveField(model_name="case", name="shop_due_at"),
        migrations.AddField(
            model_name="case",
            name="shop_due_at",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.db.models.functions.comparison.Least(
                    models.Case(
                        models.When(
                            models.Q(
                                models.Q(("merchant_handed_in_at__isnull", False), ("state", "gathering_evidence")),
                                ("state", "appeal_window"),
                                _connector="OR",
                            ),
                            then=models.Value(None),
                        ),
                        models.When(awaits__in=["merchant", "both"], then=models.F("due_at")),
                    ),
                    models.F("proposal_due_at"),
                ),
                output_field=models.DateTimeField(null=True),
            ),
        ),
    ]
