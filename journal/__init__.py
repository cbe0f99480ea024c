"""Timeline, audit trail and outbox at once: append-only, chained by digest. Holds ids and digests, never personal text."""
