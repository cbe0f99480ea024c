"""Entries are committed to in salted parts, so that a copy may hold some back. The chains are computed anew.

Nothing outside of the database refers to a digest of an entry yet: nothing was anchored, signed or exported before.
"""

import hashlib
import json
import secrets
from datetime import UTC

from django.db import migrations, models

GENESIS = "0" * 64


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def salted(entry, previous, salt):
    key = bytes.fromhex(salt)
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    values = [
        ("told", {"seq": entry.seq, "kind": entry.kind, "role": entry.actor_role, "at": at}),
        ("data", entry.data),
        ("kept", {"stream": entry.stream_id, "actor": entry.actor_id, "client": entry.client_id}),
    ]
    committed = b"".join(
        hashlib.sha256(
            b"\x00" + hashlib.blake2s(name.encode(), key=key, digest_size=16).digest() + canonical(value)
        ).digest()
        for name, value in values
    )
    content = hashlib.sha256(b"\x01" + committed).digest()
    return hashlib.sha256(b"\x02" + bytes.fromhex(previous) + content).hexdigest()


def whole(entry, previous, _salt):
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    fields = {
        "stream": entry.stream_id,
        "seq": entry.seq,
        "kind": entry.kind,
        "role": entry.actor_role,
        "actor": entry.actor_id,
        "client": entry.client_id,
        "at": at,
        "data": entry.data,
        "previous": previous,
    }
    return hashlib.sha256(canonical(fields)).hexdigest()


def rechain(apps, schema_editor, digest_of):
    Stream, Entry = apps.get_model("journal", "Stream"), apps.get_model("journal", "Entry")
    schema_editor.execute("ALTER TABLE journal_entry DISABLE TRIGGER USER")
    for stream in Stream.objects.filter(head_seq__gt=0).order_by("id").iterator():
        previous = GENESIS
        entries = list(Entry.objects.filter(stream_id=stream.pk).order_by("seq"))
        for entry in entries:
            entry.salt = secrets.token_hex(16)
            entry.previous, entry.digest = previous, digest_of(entry, previous, entry.salt)
            previous = entry.digest
        Entry.objects.bulk_update(entries, ["salt", "previous", "digest"], batch_size=500)
        Stream.objects.filter(pk=stream.pk).update(head_digest=previous)
    schema_editor.execute("ALTER TABLE journal_entry ENABLE TRIGGER USER")


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]
    operations = [
        migrations.AddField("entry", "salt", models.CharField(max_length=32, default=""), preserve_default=False),
        migrations.RunPython(
            lambda apps, editor: rechain(apps, editor, salted), lambda apps, editor: rechain(apps, editor, whole)
        ),
    ]
