"""A case knows until when its shop can answer a proposal, and with it by when anything is asked of the shop."""

import django.db.models.functions.comparison
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

STANDING = """
UPDATE disputes_case c SET proposal_due_at = d.due_at
FROM (SELECT case_id, min(due_at) AS due_at FROM disputes_deadline
      WHERE duty LIKE 'offer%' AND awaits IN ('merchant', 'both') AND state IN ('pending', 'paused')
      GROUP BY case_id) d
WHERE d.case_id = c.id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("disputes", "0008_claims_of_merchants"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="proposal_due_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="case",
            name="shop_due_at",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.db.models.functions.comparison.Coalesce(
                    models.Case(
                        models.When(
                            models.Q(
                                models.Q(("merchant_handed_in_at__isnull", False), ("state", "gathering_evidence")),
                                models.Q(
                                    models.Q(
                                        models.Q(("pays", False), ("returns", False)),
                                        ("merchant_waived_at__isnull", False),
                                        ("merchant_appealed_at__isnull", False),
                                        _connector="OR",
                                    ),
                                    ("state", "appeal_window"),
                                ),
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
        pgtrigger.migrations.AddTrigger(
            model_name="deadline",
            trigger=pgtrigger.compiler.Trigger(
                name="case_knows_its_proposal",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (NEW.duty LIKE 'offer%')",
                    func="\n                UPDATE disputes_case SET proposal_due_at = (\n                    SELECT min(due_at) FROM disputes_deadline\n                    WHERE case_id = NEW.case_id AND duty LIKE 'offer%'\n                        AND awaits IN ('merchant', 'both') AND state IN ('pending', 'paused')\n                ) WHERE id = NEW.case_id;\n                RETURN NULL;\n                ",
                    hash="c9889debfc310e8871e2480ab8557d9152c428e0",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_case_knows_its_proposal_99289",
                    table="disputes_deadline",
                    when="AFTER",
                ),
            ),
        ),
        migrations.RunSQL(STANDING, migrations.RunSQL.noop),
    ]
