"""The list of what is asked of a shop goes by what is due from the shop, not by what is due in the case."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("disputes", "0009_proposals_await_the_shop"),
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
        RemoveIndexConcurrently(model_name="case", name="case_merchant_inbox"),
    ]
