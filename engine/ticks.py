"""What every tick does, whoever ticks: Celery's beat, ``manage.py run_clock``, or a test. Each is harmless to repeat."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.module_loading import import_string

from arbitration import outgoing, prints
from common import clock
from common.actor import Actor
from disputes import clocks, failed_files, sweep
from disputes import uploads as case_uploads
from disputes.models import Deadline
from enforcement import execution, movements, recoveries
from engine import delivery, demo_jury, listing_pictures, personal
from evidence import masking, preparation, scrub
from evidence import uploads as evidence_uploads
from insights import snapshots
from journal import anchors
from jury import counting, jurors, panels
from notifications import sending, trials

log = logging.getLogger(__name__)
_ROUNDS = 200
_AT_A_STRETCH = 60.0  # seconds


@dataclass
class Mark:
    """Where the last claim of this process ended: dead index entries before it need not be walked again (bloat)."""

    since: datetime | None = None
    full_scan_at: datetime | None = None


_mark = Mark()


def forget() -> None:
    """The next claim walks from the very first deadline, as in a process that has just started."""
    _mark.since = _mark.full_scan_at = None


def deadlines() -> int:
    """Serve rulings that can no longer be called back, fire deadlines that are over, record the reminders that are due.

    Returns how many fired or were served.
    """
    now = clock.now()
    # What was sent out in time goes out before any term is held against it.
    served = 0
    for _round in range(_ROUNDS):
        released = outgoing.release_due(now)
        served += released
        if released < outgoing.BATCH:
            break
    if _mark.full_scan_at is None or now >= _mark.full_scan_at:
        _mark.since, _mark.full_scan_at = None, now + timedelta(minutes=1)
    fired, since = 0, _mark.since
    for _round in range(_ROUNDS):
        batch = sweep.fire_due(since=since)
        fired += batch.fired
        if batch.next_from is not None:
            # Within a tick each claim goes on where the last one ended; what somebody held meanwhile is the next tick's.
            since = batch.next_from
            _mark.since = since - timedelta(hours=1)
        if batch.claimed < sweep.BATCH and not batch.fired:
            break
    for _round in range(_ROUNDS):
        if sweep.remind_due() < sweep.BATCH:
            break
    return served + fired


def consequences() -> int:
    """Deliver journal entries until nothing is left that can be delivered."""
    done = 0
    for _round in range(_ROUNDS):
        batch = delivery.deliver()
        done += batch.entries
        if not batch.entries:
            break
    return done


def money() -> int:
    """Post what the marketplace reported, and carry out the steps of execution that are due."""
    now = clock.now()
    movements.post_due(limit=500, now=now)
    for report_id in movements.untold(limit=100):
        movements.tell(report_id, now=now)
    done = 0
    for step_id in execution.due_steps(now, limit=50):
        execution.attempt(step_id, now=clock.now())
        done += 1
    return done


def mail() -> int:
    """Hand waiting e-mails to the mail server."""
    now = clock.now()
    return sending.send_due(limit=100, now=now) + trials.send_due(limit=20, now=now)


def files() -> int:
    """Prepare files that wait, for about a minute: whoever woke this is woken again. Then tell of those that were lost."""
    done, until = 0, time.monotonic() + _AT_A_STRETCH
    while time.monotonic() < until and preparation.do_next(clock.now):
        done += 1
    done += masking.finish_due(clock.now)
    for lost in preparation.untold(limit=100):
        failed_files.tell(lost.pk, now=clock.now())
    return done


def pictures() -> int:
    """Fetch the pictures of listings that cases stand on, for about a minute. Returns how many were tried."""
    done, until = 0, time.monotonic() + _AT_A_STRETCH
    while time.monotonic() < until and listing_pictures.fetch_next(clock.now):
        done += 1
    return done


def letters() -> int:
    """Print the letters that were given, for each of their readers. Returns how many sheets there were."""
    done = 0
    while done < _ROUNDS and prints.do_next(clock.now):
        done += 1
    return done


def calendar() -> int:
    """Compute provisional due dates again where the calendar has become known."""
    now = clock.now()
    waiting = Deadline.objects.filter(state=Deadline.PENDING, provisional=True).order_by("id")
    changed = 0
    for deadline_id in waiting.values_list("id", flat=True)[:500]:
        changed += clocks.recompute_provisional(deadline_id, actor=Actor.system(), now=now)
    return changed


def debts() -> int:
    """Draw what merchants owe from closed cases out of money that has come in since. Returns for how many cases."""
    return recoveries.recover_due(100, now=clock.now())


def uploads() -> int:
    """Finish uploads that are whole and let go of those that were abandoned, so that a quota is free within the hour."""
    done = case_uploads.finish_due(clock.now)
    for _round in range(_ROUNDS):
        swept = evidence_uploads.collect(clock.now())
        done += swept
        if not swept:
            break
    return done


def jury() -> int:
    """End votes that nothing can change any more, replace who stayed away, fill seats, and let in who passed."""
    now = clock.now()
    done = counting.close_settled(now) + panels.replace_absent(now) + panels.fill_up(now)
    done += panels.remind(now) + demo_jury.others_vote(now)
    return done + jurors.hear_of_names(now) + jurors.enrol_due(now)


def anchoring() -> int:
    """Sign a root over all chains that have grown since the last time. Returns how many there were."""
    done = 0
    for _round in range(_ROUNDS):
        cast = anchors.cast(clock.now())
        done += cast
        if cast < anchors.BATCH:
            break
    return done


def reading() -> int:
    """Hold the next files against their digests: one slice of a round that comes to all of them once a day."""
    return scrub.scrub(clock.now())


def copies() -> int:
    """Make the copies of their own data that people asked for. Returns how many were made."""
    done = 0
    while done < _ROUNDS and personal.make_next(clock.now()):
        done += 1
    return done


def measures() -> int:
    """Count for every shop what its pages show, where an hour of the house's own time has gone by since the last count."""
    return snapshots.take_when_due(clock.now())


def housekeeping() -> int:
    """Throw away what nobody needs any more: the chores that the settings name, each so long as it finds something."""
    done = 0
    for name in settings.HENG_CHORES:
        chore = import_string(name)
        try:
            for _round in range(_ROUNDS):
                swept = chore(clock.now())
                done += swept
                if not swept:
                    break
        except Exception as error:
            # What lies about for another hour harms nobody; the other chores go on.
            log.warning("chore_failed", extra={"chore": name, "error": type(error).__name__})
    return done


def everything() -> int:
    """One tick of all that keeps the court running. Returns how much there was to do."""
    return deadlines() + consequences() + jury() + money() + consequences() + mail()
