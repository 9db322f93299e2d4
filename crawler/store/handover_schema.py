"""Tables of handing cases over: keys, bundles made and taken in, receipts."""

HANDOVER = """
CREATE TABLE key_events (
    id INTEGER PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    event TEXT NOT NULL CHECK (event IN ('own', 'trusted', 'revoked')),
    name TEXT NOT NULL,
    pem TEXT NOT NULL,
    reason TEXT NOT NULL,
    by TEXT NOT NULL,
    at TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES ledger(number)
) STRICT;
CREATE INDEX key_events_by_key ON key_events (fingerprint, id);
CREATE TABLE exports (
    bundle TEXT PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases(id),
    key TEXT NOT NULL,
    by TEXT NOT NULL,
    at TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES ledger(number)
) STRICT;
CREATE TABLE imported_cases (
    bundle TEXT PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases(id),
    origin TEXT NOT NULL,
    organisation TEXT NOT NULL,
    exported_by TEXT NOT NULL,
    exported_at TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('accepted', 'merged')),
    by TEXT NOT NULL,
    at TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES ledger(number)
) STRICT;
CREATE INDEX imported_cases_by_case ON imported_cases (case_id);
CREATE TABLE imported_hits (
    bundle TEXT NOT NULL REFERENCES imported_cases(bundle),
    hit TEXT NOT NULL,
    url TEXT NOT NULL,
    right_id TEXT NOT NULL,
    score REAL NOT NULL,
    decision TEXT,
    judged_by TEXT,
    judged_at TEXT,
    reason TEXT,
    PRIMARY KEY (bundle, hit)
) STRICT;
CREATE INDEX imported_hits_by_hit ON imported_hits (hit);
CREATE TABLE receipts (
    digest TEXT PRIMARY KEY,
    direction TEXT NOT NULL CHECK (direction IN ('given', 'taken')),
    bundle TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('accepted', 'returned', 'merged')),
    key TEXT NOT NULL,
    record TEXT NOT NULL,
    by TEXT NOT NULL,
    at TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES ledger(number)
) STRICT;
CREATE INDEX receipts_by_bundle ON receipts (bundle)
"""

RECORDS = ("key_events", "exports", "imported_cases", "imported_hits", "receipts")
