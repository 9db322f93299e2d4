"""Tables of what happened in takedown: the ledger, the steps of notices, captures."""

LEDGER = """
CREATE TABLE ledger (
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    record TEXT NOT NULL,
    by TEXT NOT NULL,
    at TEXT NOT NULL,
    previous TEXT NOT NULL,
    digest TEXT NOT NULL UNIQUE
) STRICT;
CREATE INDEX ledger_by_subject ON ledger (subject, number);
CREATE TABLE notice_events (
    id INTEGER PRIMARY KEY,
    notice TEXT NOT NULL REFERENCES notices(id),
    event TEXT NOT NULL,
    record TEXT NOT NULL,
    by TEXT NOT NULL,
    at TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES ledger(number)
) STRICT;
CREATE INDEX notice_events_by_notice ON notice_events (notice, id);
CREATE TABLE captures (
    id TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    hit TEXT REFERENCES hits(id),
    sweep TEXT REFERENCES sweeps(id),
    purpose TEXT NOT NULL,
    at TEXT NOT NULL,
    file TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    proof INTEGER NOT NULL,
    record TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES ledger(number)
) STRICT;
CREATE INDEX captures_by_url ON captures (url, at);
CREATE INDEX captures_by_hit ON captures (hit, at)
"""

CHAINED = """
CREATE TRIGGER ledger_is_a_chain BEFORE INSERT ON ledger
WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM ledger)
  OR NEW.previous IS NOT coalesce(
      (SELECT digest FROM ledger ORDER BY number DESC LIMIT 1), printf('%064d', 0))
BEGIN SELECT RAISE(ABORT, 'an entry of the ledger must follow the newest one'); END
"""

NEVER_REPLACED = {
    "captures": ("id",),
    "outbox": ("id",),
    "answers": ("id", "content"),
    "answer_decisions": ("id",),
    "looks": ("id",),
    "relistings": ("id", "case_id+new_url"),
    "stamps": ("id", "last"),
    "stamp_receipts": ("stamp+number",),
    "key_events": ("id",),
    "exports": ("bundle",),
    "imported_cases": ("bundle",),
    "imported_hits": ("bundle+hit",),
    "receipts": ("digest",),
}
"""As ``accounts_schema.NEVER_REPLACED``, of the tables that came with the ledger's others."""
