"""A shop's shelf: papers that it uses again, such as test reports and packing records. Knows bytes, refuses to know cases.

An exhibit made of an item points at the item's own bytes. Reuse is never hidden: how often is counted from the exhibits.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, StrIndex

from accounts import hats
from accounts.models import Merchant, Right
from common.actor import Actor
from common.acts import act
from common.errors import Missing, Refused
from evidence import holding, names, uploads
from evidence.intake import Received
from evidence.models import Blob, Exhibit, Upload
from evidence.models.library import LibraryItem

MOST_ITEMS = 500


@act
def keep(
    merchant_id: int,
    received: Received,
    *,
    code: str,
    name: str,
    note: str = "",
    sku: str = "",
    batch: str = "",
    expires_on: date | None = None,
    actor: Actor,
    now: datetime,
) -> LibraryItem:
    """The received file is on the shop's shelf. The same bytes again are the item that is there, with the new words.

    Raises `Missing`; `Refused`: `right_missing`, `upload_expired`, `too_many_of_these`.
    """
    _lock(merchant_id, actor)
    words = {
        "code": code,
        "name": (names.title(name) or received.name)[:60],
        "note": names.note(note)[:300],
        "sku": sku.strip()[:64],
        "batch": batch.strip()[:64],
        "expires_on": expires_on,
    }
    shelf = LibraryItem.objects.filter(merchant_id=merchant_id, removed_at__isnull=True)
    there = shelf.filter(sha256=received.sha256).first()
    if there is not None:
        shelf.filter(pk=there.pk).update(**words)
        there.refresh_from_db()
        return there
    if shelf.count() >= MOST_ITEMS:
        raise Refused("too_many_of_these", most=MOST_ITEMS)
    blob = Blob.objects.select_for_update(of=("self",)).filter(pk=received.blob_id).first()
    if blob is None:
        raise Refused("upload_expired")
    holding.require_claimable(blob, received.upload, now=now)
    item = LibraryItem.objects.create(
        merchant_id=merchant_id,
        blob=blob,
        sha256=received.sha256,
        added_by=actor.id,
        added_at=now,
        **words,
    )
    holding.take(received.upload, None, now=now)
    return item


@act
def announce(merchant_id: int, announced: uploads.Announced, *, actor: Actor, now: datetime) -> Upload:
    """A member has announced a file for the shelf, which is put there with the form that says what it is.

    Raises `Missing`; `Refused`: `right_missing` and what `uploads.reserve` refuses.
    """
    _lock(merchant_id, actor)
    return uploads.reserve(None, replace(announced, for_form=True), actor=actor, now=now)


def require_keeper(actor: Actor) -> None:
    """That this actor may put something on the shelf of their shop. Raises `Missing`, `Refused("right_missing")`."""
    rights = hats.rights_of(actor)
    if Right.VIEW not in rights:
        raise Missing
    if Right.RESPOND not in rights:
        raise Refused("right_missing", right=Right.RESPOND.value)


@act
def remove(public_id: str, *, actor: Actor, now: datetime) -> LibraryItem:
    """Off the shelf. Exhibits that were made of it stay what they are."""
    item = LibraryItem.objects.filter(public_id=public_id, removed_at__isnull=True).first()
    if item is None:
        raise Missing
    _lock(item.merchant_id, actor)
    LibraryItem.objects.filter(pk=item.pk, removed_at__isnull=True).update(removed_at=now)
    item.removed_at = now
    return item


def shelf(merchant_id: int) -> QuerySet[LibraryItem]:
    """What is on the shelf, the newest first, with ``used``: in how many dossiers it is an exhibit. One query."""
    in_use = (
        Exhibit.objects.filter(blob=OuterRef("blob"), withdrawn_at__isnull=True)
        .order_by()
        .values("blob")
        .annotate(n=Count("dossier", distinct=True))
        .values("n")
    )
    items = LibraryItem.objects.filter(merchant_id=merchant_id, removed_at__isnull=True).select_related("blob")
    return items.annotate(used=Coalesce(Subquery(in_use), 0)).order_by("-added_at", "-id")


def fitting(merchant_id: int, *, sku: str, batch: str, on: date) -> QuerySet[LibraryItem]:
    """What of the shelf fits one thing that was sold: its SKU, its batch where one is named, and not expired."""
    return (
        shelf(merchant_id)
        .annotate(place=StrIndex(Value(sku), F("sku")))
        .filter(Q(sku="") | Q(place=1))
        .filter(Q(batch="") | Q(batch=batch))
        .filter(Q(expires_on__isnull=True) | Q(expires_on__gte=on))
        .order_by("-sku", "-batch", "-added_at", "-id")
    )


def received(item: LibraryItem) -> Received:
    """The item as `dossiers.add` takes it: the very bytes, once more."""
    blob = item.blob
    return Received(blob.pk, blob.sha256, blob.size, blob.mime, item.name)


def _lock(merchant_id: int, actor: Actor) -> None:
    if not Merchant.objects.select_for_update().filter(pk=merchant_id).exists() or actor.merchant_id != merchant_id:
        raise Missing
    require_keeper(actor)
