"""Tables of tips: leads from outside, what was done with them, and apart from both who told them.

``tips`` and ``tip_events`` are records. ``tip_texts`` is none: it holds what may be somebody's
personal data, and can be cleared. What is left then is the digest in ``tips``, of the texts and of
a salt that is cleared with them, so that nobody can find the texts by trying.
"""

TABLES = """
CREATE TABLE tips (
    id TEXT PRIMARY KEY,
    url TEXT,
    site TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('trademark', 'copyright', 'patent', 'trade_secret',
        'geographical_indication', 'design', 'other')),
    right_id TEXT REFERENCES rights(id),
    way TEXT NOT NULL CHECK (way IN ('command', 'file', 'console', 'form')),
    duplicate_of TEXT REFERENCES tips(id),
    refused TEXT CHECK (refused IN ('no_address', 'private_address', 'too_long')),
    texts_sha256 TEXT NOT NULL,
    by TEXT NOT NULL,
    account TEXT REFERENCES accounts(id),
    at TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES ledger(number),
    CHECK ((url IS NULL) = (refused IS NOT NULL)),
    CHECK (refused IS NULL OR duplicate_of IS NULL)
) STRICT;
CREATE INDEX tips_by_url ON tips (url) WHERE url IS NOT NULL;
CREATE INDEX tips_by_site ON tips (site, at);
CREATE INDEX tips_by_time ON tips (at);
CREATE INDEX tips_by_original ON tips (duplicate_of) WHERE duplicate_of IS NOT NULL;
CREATE TABLE tip_events (
    id INTEGER PRIMARY KEY,
    tip TEXT NOT NULL REFERENCES tips(id),
    event TEXT NOT NULL CHECK (event IN
        ('refused', 'answering', 'answered', 'unanswered', 'uncertain', 'erased')),
    record TEXT NOT NULL CHECK (json_type(record) = 'object'),
    by TEXT NOT NULL,
    at TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES ledger(number)
) STRICT;
CREATE INDEX tip_events_by_tip ON tip_events (tip, id);
CREATE TABLE tip_texts (
    tip TEXT PRIMARY KEY REFERENCES tips(id),
    given TEXT NOT NULL,
    words TEXT NOT NULL,
    contact TEXT NOT NULL,
    salt TEXT NOT NULL
) STRICT;
"""

RECORDS = ("tips", "tip_events")
NO_RECORDS = ("tip_texts",)
NEVER_REPLACED = {"tips": ("id",), "tip_events": ("id",)}
"""As ``accounts_schema.NEVER_REPLACED``."""

ORIGINALS = """
CREATE TRIGGER tips_repeat_an_original BEFORE INSERT ON tips
WHEN NEW.duplicate_of IS NOT NULL AND NOT EXISTS (SELECT 1 FROM tips o
    WHERE o.id = NEW.duplicate_of AND o.url = NEW.url AND o.duplicate_of IS NULL)
BEGIN SELECT RAISE(ABORT, 'a duplicate repeats a tip of the same address that repeats none'); END
"""
