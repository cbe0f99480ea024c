"""The list of what is asked of a shop has its index again."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("disputes", "0011_what_ends_first_comes_first"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="case",
            index=models.Index(
                condition=models.Q(("shop_due_at__isnull", False)),
                fields=["merchant", "shop_due_at", "id"],
                name="case_shop_is_asked",
            ),
        ),
    ]
