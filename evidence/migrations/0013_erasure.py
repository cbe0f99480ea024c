"""An exhibit whose time is over loses bytes and words, once and as a whole; its digests stay."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0012_pictures_alike"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="exhibit",
            name="exhibits_keep_the_seal",
        ),
        migrations.RemoveConstraint(
            model_name="exhibit",
            name="exhibit_is_bytes_or_words",
        ),
        migrations.AddField(
            model_name="exhibit",
            name="erased_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="exhibit",
            name="words_digest",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="exhibit",
            trigger=pgtrigger.compiler.Trigger(
                name="exhibits_keep_the_seal",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE sealed timestamptz; current_round int; goes text[];",
                    func="\n                    IF TG_OP = 'UPDATE' AND (NEW.erased_at IS NOT NULL OR OLD.erased_at IS NOT NULL) THEN\n                        goes := ARRAY['content', 'blob_id', 'name', 'note', 'erased_at', 'words_digest'];\n                        IF OLD.erased_at IS NULL AND to_jsonb(NEW) - goes = to_jsonb(OLD) - goes THEN\n                            RETURN NEW;\n                        END IF;\n                        RAISE EXCEPTION 'an exhibit is erased once, as a whole, and stays so';\n                    END IF;\n                    SELECT d.sealed_at, d.round INTO sealed, current_round\n                      FROM evidence_dossier d WHERE d.id = NEW.dossier_id FOR SHARE;\n                    IF sealed IS NOT NULL OR NEW.round <> current_round THEN\n                        RAISE EXCEPTION 'the dossier is sealed';\n                    END IF;\n                    IF TG_OP = 'UPDATE' AND (\n                        to_jsonb(NEW) - ARRAY['withdrawn_at', 'visible_at']\n                            <> to_jsonb(OLD) - ARRAY['withdrawn_at', 'visible_at']\n                        OR NEW.withdrawn_at IS DISTINCT FROM COALESCE(OLD.withdrawn_at, NEW.withdrawn_at)\n                        OR NEW.visible_at IS DISTINCT FROM COALESCE(OLD.visible_at, NEW.visible_at)\n                    ) THEN\n                        RAISE EXCEPTION 'an exhibit is only ever shown, once, or withdrawn, once';\n                    END IF;\n                    RETURN NEW;\n                ",
                    hash="8c804ee0c49119dde400e86ca778302ddc753c1c",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_exhibits_keep_the_seal_6658a",
                    table="evidence_exhibit",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="exhibit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("blob__isnull", False),
                        ("content__isnull", True),
                        ("erased_at__isnull", True),
                        ("kind__in", ["image", "pdf", "video"]),
                    ),
                    models.Q(
                        ("blob__isnull", True),
                        ("content__isnull", False),
                        ("erased_at__isnull", True),
                        ("kind__in", ["text", "chat", "record"]),
                    ),
                    models.Q(
                        ("blob__isnull", True),
                        ("content__isnull", True),
                        ("erased_at__isnull", False),
                        ("name", ""),
                        ("note", ""),
                    ),
                    _connector="OR",
                ),
                name="exhibit_is_bytes_or_words",
            ),
        ),
        migrations.AddConstraint(
            model_name="exhibit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("erased_at__isnull", True), ("words_digest", "")),
                    models.Q(("erased_at__isnull", False), models.Q(("words_digest", ""), _negated=True)),
                    _connector="OR",
                ),
                name="exhibit_erased_keeps_a_digest",
            ),
        ),
    ]
