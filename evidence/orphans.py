"""Bytes that never became an exhibit go away after a day. Refuses to touch anything that is pointed at.

`dossiers.add` takes no blob older than an hour but one that an upload holds for a form, which is over hours before, so what
is collected here cannot become an exhibit meanwhile.
"""

from __future__ import annotations

from datetime import datetime

from common.acts import act
from evidence import integrity, limits, store
from evidence.models import Blob, Derivative, Mask, Preparation, PrintedNumbers, Sheet


def collect(now: datetime, *, limit: int = 200) -> int:
    """Remove up to ``limit`` blobs received more than a day ago that belong to no exhibit. Gives how many.

    Bytes first, rows then: whoever is killed in between leaves rows, and the next run finishes.
    """
    doomed = list(
        Blob.objects.filter(
            received_at__lt=now - limits.ORPHANED_AFTER,
            exhibits__isnull=True,
            library_items__isnull=True,
            uploads__isnull=True,
            picture__isnull=True,
        )
        .prefetch_related("derivatives", "masks")
        .order_by("received_at", "id")[:limit]
    )
    storage = store.storage()
    for blob in doomed:
        for _kind, key, _sha256 in integrity.files_of(blob):
            storage.delete(key)
        _forget(blob.pk)
    return len(doomed)


@act
def _forget(blob_id: int) -> None:
    Preparation.objects.filter(blob_id=blob_id).delete()
    PrintedNumbers.objects.filter(blob_id=blob_id).delete()
    Sheet.objects.filter(blob_id=blob_id).delete()
    Mask.objects.filter(blob_id=blob_id).delete()
    Derivative.objects.filter(blob_id=blob_id).delete()
    Blob.objects.filter(pk=blob_id).delete()
