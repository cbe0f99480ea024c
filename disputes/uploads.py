"""Files that come in by pieces, for a case: whether one may begin, and how a whole one becomes an exhibit.

Knows cases; refuses to know HTTP and where bytes lie. The case is asked twice: when a file is announced, so that nobody
sends half a gigabyte for nothing, and when it is whole, which is what counts.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from accounts import hats
from accounts.models import Right
from common.actor import Actor, Role
from common.acts import act, outside_act
from common.errors import Missing, Refused
from common.tus import Body
from disputes import access, drafts, moves, queries, submissions
from disputes.lifecycle import LIFECYCLE, Event, State
from disputes.models import Case
from evidence import holding, intake, library, uploads
from evidence.intake import Received
from evidence.models import Upload
from evidence.uploads import Announced
from rulebook import queries as rulebook

log = logging.getLogger(__name__)

# What is answered with something else than 422, the same for pages and API.
STATUS = {
    "offset_differs": 409,
    "not_in_this_state": 409,
    "evidence_window_closed": 409,
    "case_is_suspended": 409,
    "dossier_is_sealed": 409,
    "right_missing": 403,
    "upload_is_over": 410,
    "file_too_big": 413,
    "film_too_big": 413,
    "more_than_announced": 413,
    "too_many_bytes": 413,
    "type_not_accepted": 415,
    "kind_not_installed": 415,
    "too_many_uploads": 429,
    "checksum_differs": 460,
    "storage_unavailable": 503,
    "scanner_unavailable": 503,
}
# After so many failures of the storage nobody waits any longer: about a day.
_MOST_TRIES = 30
_LATER = ("storage_unavailable", "scanner_unavailable")


@act
def begin(case_id: int, announced: Announced, *, actor: Actor, now: datetime) -> Upload:
    """A side has announced a file, and room is kept for it. Refused as adding it now would be.

    ``announced.for_form``: it comes with an appeal, and becomes an exhibit when the appeal is filed.
    """
    case = queries.lock(case_id)
    _require_open(case, announced.code, actor, now, for_form=announced.for_form)
    return uploads.reserve(case.dossier_id, announced, actor=actor, now=now)


def bring(upload: Upload, read: uploads.Reader, body: Body, *, instant: Callable[[], datetime]) -> Upload:
    """Take in the bytes of one request, and with the last of them make an exhibit. Raises `Refused`."""
    upload = uploads.pour(upload, read, start=body.offset, size=body.size, checksum=body.checksum, instant=instant)
    if upload.state == Upload.WHOLE:
        upload = finish(upload, instant=instant)
    if (refused := refusal_of(upload)) is not None:
        raise refused
    return upload


def finish(upload: Upload, *, instant: Callable[[], datetime]) -> Upload:
    """Make an exhibit of a whole upload, or write down why not. Harmless to repeat, and to be killed in.

    Gives the upload ``TAKEN``, or ``HELD`` for its form, or ``REFUSED``; ``WHOLE`` still if the storage is away: then it
    is tried again by `finish_due`, and nothing is lost.
    """
    outside_act()
    if upload.state != Upload.WHOLE:
        return upload
    upload = uploads.note_try(upload.pk, now=instant())
    if upload.tries > _MOST_TRIES:  # whatever it is that ends every try, also by killing whoever makes it
        upload = uploads.refuse(upload.pk, Refused("storage_unavailable"), now=instant())
        uploads.clear_away(upload.pk)
        return upload
    actor = uploads.actor_of(upload)
    whole = uploads.Whole(upload)
    try:
        case = _asked(upload, actor, instant())  # before half a gigabyte is read; the act asks again, under the lock
        received = intake.receive(whole, claimed_name=upload.claimed_name, now=instant(), actor=actor)
        if case is None or upload.for_form:
            upload = holding.hold(upload.pk, received, now=instant())
        else:
            upload = _take(upload, case, replace(received, upload=upload.pk), actor, instant())
    except (Refused, Missing) as error:
        refused = error if isinstance(error, Refused) else Refused("right_missing")
        if refused.code in _LATER and upload.tries < _MOST_TRIES:
            log.warning("upload_waits", extra={"upload": upload.pk, "error": refused.code})
            return upload
        upload = uploads.refuse(upload.pk, refused, now=instant())
    finally:
        whole.close()
    uploads.clear_away(upload.pk)
    return upload


def finish_due(instant: Callable[[], datetime], *, limit: int = 20) -> int:
    """Finish what the process that took the last piece did not: it was killed, or the storage was away."""
    done = 0
    for upload_id in uploads.waiting_to_be_taken(instant(), limit):
        try:
            upload = finish(Upload.objects.get(pk=upload_id), instant=instant)
        except Exception as error:  # one upload must not hold up the others
            log.error("upload_failed", extra={"upload": upload_id, "error": type(error).__name__})
            continue
        done += upload.state != Upload.WHOLE
    return done


def refusal_of(upload: Upload) -> Refused | None:
    """Why it was refused, if it was."""
    if upload.state != Upload.REFUSED or upload.refusal is None:
        return None
    return Refused(upload.refusal["code"], **upload.refusal["data"])


def _take(upload: Upload, case: Case, received: Received, actor: Actor, now: datetime) -> Upload:
    exhibit = submissions.add_evidence(
        case.pk, received, code=upload.code, name=upload.title, note=upload.note, actor=actor, now=now
    )
    # Not by its blob: after a crash between the two acts the exhibit of this very upload is found.
    was_there = upload.whole_at is not None and exhibit.added_at < upload.whole_at
    return uploads.take(upload.pk, exhibit, was_there=was_there, now=now)


def _asked(upload: Upload, actor: Actor, now: datetime) -> Case | None:
    """The case that it is for, or none if it is for a shelf, whose keeper must still be one. Raises as `_require_open`."""
    if upload.dossier_id is None:
        library.require_keeper(actor)
        return None
    case = Case.objects.select_related("order").get(dossier_id=upload.dossier_id)
    _require_open(case, upload.code, actor, now, for_form=upload.for_form)
    return case


def _require_open(case: Case, code: str, actor: Actor, now: datetime, *, for_form: bool) -> None:
    access.require_party(case, actor)
    if for_form:
        if actor.role is Role.MERCHANT and Right.APPEAL not in hats.rights_of(actor):
            raise Refused("right_missing", right=Right.APPEAL.value)
        _require_event(case, Event.APPEAL_FILED, actor, now)
        return
    if code not in rulebook.rules(case.substance_rules_id).exhibits:
        raise Refused("evidence_code_unknown", evidence_code=code)
    if drafts.takes_evidence(case, actor):
        return
    _require_event(case, Event.EVIDENCE_ADDED, actor, now)


def _require_event(case: Case, event: Event, actor: Actor, now: datetime) -> None:
    found = LIFECYCLE.weigh(State(case.state), event, actor.role, moves.facts_of(case, actor, now))
    if isinstance(found, str):
        raise Refused(found, state=case.state, event=event.value)
