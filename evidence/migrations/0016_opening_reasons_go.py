"""Why somebody looked beneath a mask goes when the words of the case do."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0015_masks"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="opening",
            name="openings_stay",
        ),
        migrations.RemoveConstraint(
            model_name="opening",
            name="opened_for_a_reason",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="opening",
            trigger=pgtrigger.compiler.Trigger(
                name="openings_stay",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="dbdb0c3f357f612ccd1d24c689d2f5fe607ec98a",
                    operation="DELETE",
                    pgid="pgtrigger_openings_stay_70353",
                    table="evidence_opening",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="opening",
            trigger=pgtrigger.compiler.Trigger(
                name="opened_for_a_reason",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n                    IF TG_OP = 'INSERT' AND NEW.reason = '' THEN\n                        RAISE EXCEPTION 'nothing is opened without a reason';\n                    END IF;\n                    IF TG_OP = 'UPDATE' AND (NEW.reason <> '' OR to_jsonb(NEW) - 'reason' <> to_jsonb(OLD) - 'reason') THEN\n                        RAISE EXCEPTION 'of an opening only the reason goes, and only as a whole';\n                    END IF;\n                    RETURN NEW;\n                ",
                    hash="b444bd90607c9298b84c8f7bb4b98f2766374679",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_opened_for_a_reason_85005",
                    table="evidence_opening",
                    when="BEFORE",
                ),
            ),
        ),
    ]
