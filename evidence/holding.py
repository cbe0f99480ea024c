"""What is promised to files on their way in: room among those of their side, and bytes that wait for a form to be sent.

Knows uploads as rows; how their pieces come in is `uploads`'.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet, Sum

from common.actor import Actor
from common.acts import act, require_act
from common.errors import Refused
from evidence import limits, names
from evidence.intake import Received
from evidence.models import Blob, Exhibit, Upload

# Long enough for somebody to sleep over what they write; ended well before `orphans` looks for bytes without an owner.
HELD_FOR = timedelta(hours=20)


def running(dossier_id: int, side: str, now: datetime) -> QuerySet[Upload]:
    """What holds a part of the quota. What has expired holds nothing, whether it was collected yet or not."""
    alive = Q(state=Upload.WHOLE) | Q(state__in=[Upload.OPEN, Upload.HELD], expires_at__gt=now)
    return Upload.objects.filter(alive, dossier_id=dossier_id, side=side)


def promised(dossier_id: int, side: str, now: datetime, *, besides: int | None = None) -> tuple[int, int]:
    """How many files and bytes of this side are still coming. ``besides``: an upload that is not counted."""
    rows = running(dossier_id, side, now).exclude(pk=besides or 0).aggregate(files=Count("pk"), size=Sum("length"))
    return rows["files"], rows["size"] or 0


def sent_by(actor: Actor, dossier_id: int | None) -> QuerySet[Upload]:
    """The uploads that this actor began for a dossier or, without one, for the shelf of their shop."""
    assert actor.side is not None
    mine = Upload.objects.filter(side=actor.side.value, sent_by=actor.id, client_id=actor.client_id)
    if dossier_id is not None:
        return mine.filter(dossier_id=dossier_id)
    return mine.filter(dossier__isnull=True, merchant_id=actor.merchant_id)


@act
def hold(upload_id: int, received: Received, *, now: datetime) -> Upload:
    """A whole upload was read; it waits until its sender sends the form. Harmless to repeat."""
    upload = Upload.objects.select_for_update(of=("self",)).get(pk=upload_id)
    if upload.state == Upload.WHOLE:
        upload.state, upload.blob_id, upload.expires_at = Upload.HELD, received.blob_id, now + HELD_FOR
        upload.save(update_fields=["state", "blob", "expires_at"])
    return upload


def held(tokens: Sequence[str], *, actor: Actor, dossier_id: int | None, now: datetime) -> list[Received]:
    """The files that a form names, as the acts take them, in the order of the names. Raises `Refused("upload_expired")`
    if one of them waits no longer, or never waited for this sender.
    """
    wanted = list(dict.fromkeys(tokens))[: limits.FILES_PER_SIDE]
    rows = sent_by(actor, dossier_id).filter(token__in=wanted, state=Upload.HELD, expires_at__gt=now)
    by_token = {row.token: row for row in rows.select_related("blob")}
    if len(by_token) < len(wanted):
        raise Refused("upload_expired")
    return [_received(by_token[token]) for token in wanted]


def require_claimable(blob: Blob, upload_id: int | None, *, now: datetime) -> None:
    """That these bytes may still become something: whatever nobody claims may be collected any moment.

    What lies on a shop's shelf is claimed for good, what is held for a form until its time is over.
    """
    require_act()
    if now - blob.received_at < limits.UNCLAIMED_FOR or blob.library_items.exists():
        return
    waiting = Upload.objects.select_for_update(of=("self",)).filter(pk=upload_id or 0, blob=blob, state=Upload.HELD)
    if not any(now < upload.expires_at for upload in waiting):
        raise Refused("upload_expired")


def take(upload_id: int | None, exhibit: Exhibit | None, *, now: datetime) -> None:
    """The form was sent, and what was held for it is something now: an exhibit, or on the shelf. Part of an act."""
    require_act()
    if upload_id is not None:
        Upload.objects.filter(pk=upload_id, state=Upload.HELD).update(
            state=Upload.TAKEN, exhibit=exhibit, blob=None, closed_at=now
        )


def _received(upload: Upload) -> Received:
    blob = upload.blob
    assert blob is not None
    plain = Received(blob.pk, blob.sha256, blob.size, blob.mime, names.display(upload.claimed_name, blob.mime))
    return replace(plain, upload=upload.pk)
