"""Signed addresses of files that live five minutes and fit one viewer. Refuses to know who may see what.

Access is checked by the page that makes a link, and again by the one that serves it: whether its reader may see
`Served.exhibit` at all, and, if it is `Served.beneath`, whether they may see it without masks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core import signing

from common.errors import Missing
from evidence import limits, masking, sniff, store
from evidence.models import Exhibit

ORIGINAL = "original"
_BENEATH = "beneath:"
_SALT = "heng.evidence.links"


@dataclass(frozen=True, slots=True)
class Served:
    """What to send: ``key`` in the storage, and headers without a single character that a stranger chose."""

    exhibit: Exhibit
    key: str
    sha256: str
    size: int
    content_type: str
    disposition: str
    # Of a film: the SHA-256 of each of its pieces, so that a part of it can be sent and checked.
    pieces: bytes = b""
    # As it was handed in: the original, or a copy without masks.
    beneath: bool = False


def sign(exhibit: Exhibit, variant: str, *, viewer: int, now: datetime) -> str:
    """A token for one file of one exhibit, good for five minutes and for the user ``viewer`` only.

    ``variant`` is the kind of a shared copy ("display", "thumb", "page_1" …), `beneath` of it, or "original". Not a secret
    once it is used up.
    """
    until = int((now + limits.LINK_LIFE).timestamp())
    return _signer().sign_object([exhibit.public_id, variant, viewer, until])


def beneath(kind: str) -> str:
    """The copy of this kind without masks."""
    return _BENEATH + kind


def serve(token: str, *, viewer: int, now: datetime) -> Served:
    """The file behind a token, for the viewer it was made for. Raises `Missing` for everything else.

    A copy is shown in the page; the original, which nobody has cleaned, is only ever a download of unnamed
    bytes.
    """
    try:
        public_id, variant, made_for, until = _signer().unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise Missing from error
    if made_for != viewer or now.timestamp() >= until:
        raise Missing
    exhibit = (
        masking.with_masks(Exhibit.objects.select_related("blob"))
        .filter(public_id=public_id, blob__isnull=False, withdrawn_at__isnull=True)
        .first()
    )
    if exhibit is None or exhibit.blob is None:
        raise Missing
    stem = f"{exhibit.number}-{exhibit.sha256[:12]}"
    if variant == ORIGINAL:
        blob = exhibit.blob
        name = f"{stem}.{sniff.EXTENSIONS[blob.mime]}"
        return Served(
            exhibit,
            blob.key,
            blob.sha256,
            blob.size,
            "application/octet-stream",
            f'attachment; filename="{name}"',
            beneath=True,
        )
    is_beneath = variant.startswith(_BENEATH)
    copy = masking.find(exhibit, variant.removeprefix(_BENEATH), beneath=is_beneath)
    if copy is None:
        raise Missing
    what = f"{copy.kind}-masked" if copy.masked else copy.kind
    disposition = f'inline; filename="{stem}-{what}.{store.extension_of(copy.kind)}"'
    return Served(
        exhibit, copy.key, copy.sha256, copy.size, store.mime_of(copy.kind), disposition, copy.pieces, is_beneath
    )


def _signer() -> signing.Signer:
    return signing.Signer(salt=_SALT)
