from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0005_sheets"),
    ]

    operations = [
        # Back again a blob is what it was; what only a sheet knows is lost.
        migrations.RunSQL(
            """
            INSERT INTO evidence_sheet (blob_id, read_at, width, height, pages, taken_at, make, model, software,
                                        has_position, milliseconds, fps_hundredths, codec, sound, dhash)
            SELECT id, received_at, width, height, pages, '', '', '', '', false, 0, 0, '', '', ''
              FROM evidence_blob
                ON CONFLICT (blob_id) DO NOTHING;
            """,
            """
            ALTER TABLE evidence_blob DISABLE TRIGGER USER;
            UPDATE evidence_blob b SET width = s.width, height = s.height, pages = s.pages
              FROM evidence_sheet s WHERE s.blob_id = b.id;
            ALTER TABLE evidence_blob ENABLE TRIGGER USER;
            DELETE FROM evidence_sheet;
            """,
        ),
    ]
