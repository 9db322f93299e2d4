"""Tables of digests: what was told to whom, item by item, and what became of it."""

EVENTS = ("sending", "sent", "failed", "uncertain")

TABLES = """
CREATE TABLE digests (
    id TEXT PRIMARY KEY,
    channel TEXT NOT NULL,
    follows TEXT NOT NULL,
    kind TEXT NOT NULL,
    address TEXT NOT NULL,
    language TEXT NOT NULL,
    risk REAL NOT NULL,
    floor TEXT NOT NULL,
    upto INTEGER NOT NULL,
    items INTEGER NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    at TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES ledger(number),
    UNIQUE (channel, follows)
) STRICT;
CREATE TABLE digest_items (
    id INTEGER PRIMARY KEY,
    digest TEXT NOT NULL REFERENCES digests(id),
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    state TEXT NOT NULL,
    words TEXT NOT NULL,
    facts TEXT NOT NULL CHECK (json_type(facts) = 'object'),
    UNIQUE (digest, kind, key)
) STRICT;
CREATE TABLE digest_events (
    id INTEGER PRIMARY KEY,
    digest TEXT NOT NULL REFERENCES digests(id),
    event TEXT NOT NULL CHECK (event IN ('sending', 'sent', 'failed', 'uncertain')),
    record TEXT NOT NULL,
    by TEXT NOT NULL,
    at TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES ledger(number)
) STRICT;
CREATE INDEX digest_events_by_digest ON digest_events (digest, id)
"""
"""``follows`` is the channel's digest before, empty for its first one: of two programs that would
tell the same, the store lets one."""

RECORDS = ("digests", "digest_items", "digest_events")
NEVER_REPLACED = {
    "digests": ("id", "channel+follows"),
    "digest_items": ("id", "digest+kind+key"),
    "digest_events": ("id",),
}

_NEWEST = "(SELECT event FROM digest_events WHERE digest = NEW.digest ORDER BY id DESC LIMIT 1)"
RULES = (
    f"""
    CREATE TRIGGER digests_are_claimed_once BEFORE INSERT ON digest_events
    WHEN NEW.event = 'sending' AND {_NEWEST} IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'a digest is sent once'); END
    """,
    f"""
    CREATE TRIGGER digests_end_once BEFORE INSERT ON digest_events
    WHEN NEW.event != 'sending' AND {_NEWEST} IS NOT 'sending'
    BEGIN SELECT RAISE(ABORT, 'only a digest that is being sent can end'); END
    """,
)
"""The claim of a sending is its step ``sending``: what was sent, or may have been, stays so."""
