"""Tables of the queue: what waits for people, which is derived; and what people make of it."""

from __future__ import annotations

DERIVED = """
CREATE TABLE queue (
    hit TEXT PRIMARY KEY REFERENCES hits(id),
    grp TEXT NOT NULL,
    seller TEXT NOT NULL,
    seller_name TEXT NOT NULL,
    site TEXT NOT NULL,
    right_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    right_name TEXT NOT NULL,
    holder TEXT NOT NULL,
    target TEXT NOT NULL,
    score REAL NOT NULL,
    flagged INTEGER NOT NULL,
    price TEXT,
    currency TEXT,
    price_factor REAL NOT NULL,
    words_factor REAL NOT NULL,
    base REAL NOT NULL,
    findings INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'changed', 'disputed', 'judged', 'ended')),
    waiting INTEGER NOT NULL,
    judgement TEXT,
    decision TEXT,
    judged_by TEXT,
    judged_at TEXT,
    first_seen TEXT NOT NULL,
    waiting_since TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX queue_in_order ON queue (grp, base DESC, hit);
CREATE INDEX queue_by_findings ON queue (grp, findings);
CREATE INDEX queue_waiting_in_order ON queue (grp, base DESC, hit) WHERE waiting = 1;
CREATE INDEX queue_waiting_by_score ON queue (grp, score) WHERE waiting = 1;
CREATE INDEX queue_waiting_by_time ON queue (grp, waiting_since) WHERE waiting = 1;
CREATE INDEX queue_by_seller ON queue (seller, right_id);
CREATE INDEX queue_by_right ON queue (right_id, state);
CREATE TABLE queue_groups (
    grp TEXT PRIMARY KEY,
    seller TEXT NOT NULL,
    seller_name TEXT NOT NULL,
    seller_folded TEXT NOT NULL,
    site TEXT NOT NULL,
    right_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    right_name TEXT NOT NULL,
    holder TEXT NOT NULL,
    open INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    judged INTEGER NOT NULL,
    unsure INTEGER NOT NULL,
    ended INTEGER NOT NULL,
    waiting INTEGER NOT NULL,
    flagged INTEGER NOT NULL,
    top_hit TEXT,
    top_base REAL NOT NULL,
    top_score REAL NOT NULL,
    waiting_since TEXT,
    repeat INTEGER NOT NULL,
    risk REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX queue_groups_by_risk ON queue_groups (risk DESC, grp, waiting, flagged, open, changed,
    judged, unsure, top_score, waiting_since, right_id, site, kind, holder, seller_folded);
CREATE INDEX queue_groups_by_seller ON queue_groups (seller);
CREATE INDEX queue_groups_by_right ON queue_groups (right_id) WHERE waiting > 0;
CREATE INDEX queue_groups_by_site ON queue_groups (site) WHERE waiting > 0;
CREATE INDEX queue_groups_by_holder ON queue_groups (holder) WHERE waiting > 0;
CREATE TABLE queue_sellers (
    seller TEXT PRIMARY KEY,
    infringing INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""
"""``queue`` has a row for each hit that ever was one, ``queue_groups`` for each seller and right,
``queue_sellers`` how many hits of a seller are judged infringing. All follow from the records.

``queue_groups_by_risk`` holds all that a filter asks, so that no row is read that it leaves out."""

AT_WORK = """
CREATE TABLE queue_leases (
    grp TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts(id),
    since TEXT NOT NULL,
    until TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX queue_leases_by_account ON queue_leases (account, until);
CREATE TABLE queue_places (
    account TEXT NOT NULL REFERENCES accounts(id),
    grp TEXT NOT NULL,
    hit TEXT NOT NULL,
    judgement TEXT,
    at TEXT NOT NULL,
    PRIMARY KEY (account, grp)
) STRICT, WITHOUT ROWID;
CREATE INDEX queue_places_by_time ON queue_places (account, at);
CREATE TABLE queue_views (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts(id),
    shared INTEGER NOT NULL CHECK (shared IN (0, 1)),
    name TEXT NOT NULL CHECK (trim(name) <> ''),
    query TEXT NOT NULL,
    at TEXT NOT NULL,
    UNIQUE (account, name)
) STRICT, WITHOUT ROWID
"""

NO_RECORDS = (
    "queue",
    "queue_groups",
    "queue_sellers",
    "queue_leases",
    "queue_places",
    "queue_views",
)

RECORDS = """
ALTER TABLE judgements ADD COLUMN cause TEXT;
ALTER TABLE judgements ADD COLUMN bulk TEXT;
CREATE INDEX judgements_by_bulk ON judgements (bulk) WHERE bulk IS NOT NULL;
CREATE TABLE undone_judgements (
    judgement TEXT PRIMARY KEY REFERENCES judgements(id),
    hit TEXT NOT NULL REFERENCES hits(id),
    reason TEXT NOT NULL CHECK (trim(reason) <> ''),
    by TEXT NOT NULL,
    account TEXT REFERENCES accounts(id),
    at TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES ledger(number)
) STRICT;
CREATE INDEX undone_judgements_by_hit ON undone_judgements (hit);
CREATE TABLE bulks (
    id TEXT PRIMARY KEY,
    grp TEXT NOT NULL,
    decision TEXT NOT NULL,
    cause TEXT NOT NULL,
    hits TEXT NOT NULL CHECK (json_type(hits) = 'object'),
    sample TEXT NOT NULL CHECK (json_type(sample) = 'array'),
    by TEXT NOT NULL,
    account TEXT NOT NULL REFERENCES accounts(id),
    at TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES ledger(number)
) STRICT;
CREATE INDEX bulks_by_group ON bulks (grp);
CREATE TABLE bulk_looks (
    id INTEGER PRIMARY KEY,
    bulk TEXT NOT NULL REFERENCES bulks(id),
    hit TEXT NOT NULL REFERENCES hits(id),
    fits INTEGER NOT NULL CHECK (fits IN (0, 1)),
    by TEXT NOT NULL,
    at TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES ledger(number),
    UNIQUE (bulk, hit)
) STRICT;
CREATE VIEW standing_judgements AS
    SELECT j.rowid AS number, j.* FROM judgements j
    WHERE NOT EXISTS (SELECT 1 FROM undone_judgements u WHERE u.judgement = j.id)
"""

APPEND_ONLY = ("undone_judgements", "bulks", "bulk_looks")
NEVER_REPLACED = {
    "undone_judgements": ("judgement",),
    "bulks": ("id",),
    "bulk_looks": ("id", "bulk+hit"),
}

RULES = (
    """
    CREATE TRIGGER undone_judgements_are_the_newest BEFORE INSERT ON undone_judgements
    BEGIN
    SELECT RAISE(ABORT, 'only the newest judgement of a hit that still stands can be undone')
        WHERE NEW.judgement IS NOT (SELECT id FROM standing_judgements
            WHERE hit = NEW.hit ORDER BY number DESC LIMIT 1);
    SELECT RAISE(ABORT, 'a notice stands on the judgement; judge anew, or withdraw the notice')
        WHERE EXISTS (SELECT 1 FROM notice_hits WHERE judgement = NEW.judgement);
    END
    """,
    """
    CREATE TRIGGER bulk_judgements_follow_a_sample BEFORE INSERT ON judgements
    WHEN NEW.bulk IS NOT NULL
    BEGIN
    SELECT RAISE(ABORT, 'the judgement is none of those that its bulk was drawn for')
        WHERE NOT EXISTS (SELECT 1 FROM bulks b, json_each(b.hits) h WHERE b.id = NEW.bulk
            AND b.decision = NEW.decision AND b.cause IS NEW.cause AND b.by = NEW.judged_by
            AND h.key = NEW.hit AND h.value = NEW.findings);
    SELECT RAISE(ABORT, 'the sample of the bulk was not looked at, or does not fit')
        WHERE EXISTS (SELECT 1 FROM bulks b, json_each(b.sample) s WHERE b.id = NEW.bulk
            AND NOT EXISTS (SELECT 1 FROM bulk_looks k
                WHERE k.bulk = b.id AND k.hit = s.value AND k.fits = 1));
    END
    """,
    "DROP TRIGGER what_is_doubted_is_not_sent",
    """
    CREATE TRIGGER what_is_doubted_is_not_sent BEFORE INSERT ON notice_events
    WHEN NEW.event IN ('approved', 'queued', 'sending')
        AND NOT EXISTS (SELECT 1 FROM retractions WHERE notice = NEW.notice)
    BEGIN
    SELECT RAISE(ABORT, 'a hit of the notice is not judged infringing any more')
        WHERE EXISTS (SELECT 1 FROM notice_hits h WHERE h.notice = NEW.notice
            AND 'infringing' IS NOT (SELECT decision FROM standing_judgements j
                WHERE j.hit = h.hit ORDER BY j.number DESC LIMIT 1));
    SELECT RAISE(ABORT, 'an exception was found to apply to a hit of the notice')
        WHERE EXISTS (SELECT 1 FROM considerations c WHERE c.notice = NEW.notice AND c.applies = 1
            AND c.id = (SELECT max(id) FROM considerations
                WHERE notice = c.notice AND hit = c.hit AND exception = c.exception));
    END
    """,
)
