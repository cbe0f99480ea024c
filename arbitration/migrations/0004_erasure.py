"""A ruling, an approval and an appeal lose their words once the case is erased; letters keep their digests."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("arbitration", "0003_second_reader"),
        ("disputes", "0004_in_kind_has_its_sum"),
        ("rulebook", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="appeal",
            name="appeals_unaltered",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="approval",
            name="approvals_stay",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="ruling",
            name="rulings_unaltered",
        ),
        migrations.RemoveConstraint(
            model_name="appeal",
            name="appeal_decided_with_reasons",
        ),
        migrations.RemoveConstraint(
            model_name="approval",
            name="approval_returned_with_a_reason",
        ),
        migrations.RemoveConstraint(
            model_name="ruling",
            name="ruling_served_is_complete",
        ),
        migrations.AddField(
            model_name="appeal",
            name="erased_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="approval",
            name="erased_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="ruling",
            name="erased_at",
            field=models.DateTimeField(null=True),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="appeal",
            trigger=pgtrigger.compiler.Trigger(
                name="appeals_unaltered",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE goes text[];",
                    func="\n                    IF TG_OP = 'UPDATE' AND (OLD.erased_at IS NOT NULL OR NEW.erased_at IS NOT NULL) THEN\n                        goes := ARRAY['reasons', 'letter', 'erased_at'];\n                        IF OLD.erased_at IS NULL AND to_jsonb(NEW) - goes = to_jsonb(OLD) - goes THEN\n                            RETURN NEW;\n                        END IF;\n                        RAISE EXCEPTION 'an appeal is erased once, as a whole, and stays so';\n                    END IF;\n                    IF NEW.ruling_author_id\n                        <> (SELECT r.author_id FROM arbitration_ruling r WHERE r.id = NEW.ruling_id) THEN\n                        RAISE EXCEPTION 'an appeal names the author of the ruling appealed';\n                    END IF;\n                    IF TG_OP = 'UPDATE' AND (OLD.decided_at IS NOT NULL OR\n                        (OLD.ruling_id, OLD.side, OLD.ground, OLD.points, OLD.statement_id, OLD.filed_at)\n                        IS DISTINCT FROM\n                        (NEW.ruling_id, NEW.side, NEW.ground, NEW.points, NEW.statement_id, NEW.filed_at)) THEN\n                        RAISE EXCEPTION 'an appeal that was decided, or what was filed, is not altered';\n                    END IF;\n                    RETURN NEW;\n                ",
                    hash="53deb7f788a973fc43c56e00236ee41a1238d214",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_appeals_unaltered_4c634",
                    table="arbitration_appeal",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="approval",
            trigger=pgtrigger.compiler.Trigger(
                name="approvals_stay",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="ce4781e702cf16cc099bb9c4e724f1de8458ff62",
                    operation="DELETE",
                    pgid="pgtrigger_approvals_stay_b8e19",
                    table="arbitration_approval",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="approval",
            trigger=pgtrigger.compiler.Trigger(
                name="approvals_unaltered",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE goes text[];",
                    func="\n                    goes := ARRAY['reason', 'erased_at'];\n                    IF OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL\n                        AND to_jsonb(NEW) - goes = to_jsonb(OLD) - goes THEN\n                        RETURN NEW;\n                    END IF;\n                    RAISE EXCEPTION 'an approval is not altered, but for its erasure';\n                ",
                    hash="c6ca962a65a7b1845b458cb87d3b0abea4b38c03",
                    operation="UPDATE",
                    pgid="pgtrigger_approvals_unaltered_551a0",
                    table="arbitration_approval",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="ruling",
            trigger=pgtrigger.compiler.Trigger(
                name="rulings_unaltered",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE carried text[]; goes text[];",
                    func="\n                    IF OLD.erased_at IS NOT NULL OR NEW.erased_at IS NOT NULL THEN\n                        goes := ARRAY['reasons', 'letter', 'erased_at'];\n                        IF OLD.erased_at IS NULL AND to_jsonb(NEW) - goes = to_jsonb(OLD) - goes THEN\n                            RETURN NEW;\n                        END IF;\n                        RAISE EXCEPTION 'a ruling is erased once, as a whole, and stays so';\n                    END IF;\n                    carried := ARRAY['state', 'served_at', 'letter', 'letter_code', 'letter_digest'];\n                    IF OLD.author_id <> NEW.author_id OR OLD.case_id <> NEW.case_id THEN\n                        RAISE EXCEPTION 'a ruling keeps its author and its case';\n                    END IF;\n                    IF OLD.state = 'draft' AND NEW.state IN ('draft', 'proposed', 'served', 'dropped') THEN\n                        RETURN NEW;\n                    END IF;\n                    IF OLD.state = 'proposed' AND NEW.state IN ('proposed', 'served', 'returned')\n                        AND to_jsonb(NEW) - carried = to_jsonb(OLD) - carried THEN\n                        RETURN NEW;\n                    END IF;\n                    IF (NEW.state = OLD.state OR (OLD.state = 'served' AND NEW.state = 'superseded'))\n                        AND to_jsonb(NEW) - 'state' = to_jsonb(OLD) - 'state' THEN\n                        RETURN NEW;\n                    END IF;\n                    RAISE EXCEPTION 'a ruling that was proposed or served is not altered';\n                ",
                    hash="0fd6832fc1a5e26b8cd6a72a3195d0232dd5227d",
                    operation="UPDATE",
                    pgid="pgtrigger_rulings_unaltered_1f809",
                    table="arbitration_ruling",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at__isnull", True), ("decided_by__isnull", True), ("decision", ""), ("reasons", "")
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        models.Q(("decision", ""), _negated=True),
                        models.Q(
                            models.Q(("reasons", ""), _negated=True), ("erased_at__isnull", False), _connector="OR"
                        ),
                    ),
                    _connector="OR",
                ),
                name="appeal_decided_with_reasons",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("erased_at__isnull", True), models.Q(("letter__isnull", True), ("reasons", "")), _connector="OR"
                ),
                name="appeal_erased_says_nothing",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decision", "approved"),
                    models.Q(("reason", ""), _negated=True),
                    ("erased_at__isnull", False),
                    _connector="OR",
                ),
                name="approval_returned_with_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(("erased_at__isnull", True), ("reason", ""), _connector="OR"),
                name="approval_erased_says_nothing",
            ),
        ),
        migrations.AddConstraint(
            model_name="ruling",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["served", "superseded"]), _negated=True),
                    models.Q(
                        ("merchant_share__isnull", False),
                        ("served_at__isnull", False),
                        models.Q(("letter_code", ""), _negated=True),
                        models.Q(("remedy", ""), _negated=True),
                        models.Q(
                            models.Q(("letter__isnull", False), models.Q(("reasons", ""), _negated=True)),
                            ("erased_at__isnull", False),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="ruling_served_is_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="ruling",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("erased_at__isnull", True), models.Q(("letter__isnull", True), ("reasons", "")), _connector="OR"
                ),
                name="ruling_erased_says_nothing",
            ),
        ),
    ]
