"""Taking the words and bytes out of dossiers whose time is over. Knows no case and no term: whoever calls has weighed both.

What stays is what proofs need: rows, numbers, moments and digests. The files themselves belong to no exhibit any more
afterwards, and `orphans.collect` removes such bytes outside of any transaction, tried again until they are gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from common.acts import require_act
from evidence import seals
from evidence.models import Exhibit, Opening, Upload

# One statement a batch. The trigger holds it to this very form: everything goes, with its moment, and nothing else changes.
_ERASE = """
UPDATE evidence_exhibit e
   SET content = NULL, blob_id = NULL, name = '', note = '', erased_at = %s, words_digest = w.digest
  FROM unnest(%s::bigint[], %s::text[]) AS w (id, digest)
 WHERE e.id = w.id AND e.erased_at IS NULL
"""


def erase(dossier_ids: Sequence[int], *, now: datetime) -> int:
    """Every exhibit of these dossiers is erased as of ``now``. Gives how many were. Harmless to repeat."""
    require_act()
    left = Exhibit.objects.filter(dossier_id__in=dossier_ids, erased_at__isnull=True)
    rows = list(left.only("id", "public_id", "name", "note", "words_digest").order_by("id").select_for_update())
    if rows:
        ids = [row.pk for row in rows]
        with connection.cursor() as cursor:
            cursor.execute(_ERASE, [now, ids, [seals.words_of(row) for row in rows]])
    # Why somebody looked beneath a mask: that they did stays.
    Opening.objects.filter(exhibit__dossier_id__in=dossier_ids).exclude(reason="").update(reason="")
    # What never became an exhibit: its parts go when their hour is over (`uploads.collect`); its words go now.
    Upload.objects.filter(dossier_id__in=dossier_ids).update(claimed_name="", title="", note="")
    return len(rows)
