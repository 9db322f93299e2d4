"""The schema, as versioned migrations; a published migration is never edited.

Steps only grow: triggers refuse UPDATE and DELETE on every table but ``frontier`` (what a sweep has
still to fetch), ``visits``, ``picture_visits``, ``lastmods`` and ``doubts`` (what was there last
time, and what sites said of it), ``site_requests`` and ``site_spent`` (counts), which are no
records. What is current is the newest row (``right_versions``, ``hit_findings``, ``judgements``,
``sweep_ends``), never an edited one.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlite_utils import Database, Migrations

from crawler.store import accounts_schema, handover_schema
from crawler.store.delivery_schema import DELIVERY, DELIVERY_RECORDS, ONE_CLAIM
from crawler.store.ledger_schema import CHAINED, LEDGER, NEVER_REPLACED
from crawler.store.stamps_schema import STAMPS

migrations = Migrations("markhound")
FRONTIER = "m0002_frontier"
"""From this one on, a sweep keeps what it has still to fetch."""


@migrations()
def m0001_first(db: Database) -> None:
    """Rights, sweeps, listings, hits, judgements, cases, notices."""
    _run(db, _FIRST)
    _make_append_only(db, _APPEND_ONLY)


@migrations()
def m0002_frontier(db: Database) -> None:
    """Keep on disk what is still to be fetched: a sweep that stopped or was killed can go on."""
    _run(db, _FRONTIER)
    _make_append_only(db, ("sweep_ends", "sweep_resumes", "listing_addresses"))


@migrations()
def m0003_visits(db: Database) -> None:
    """Remember what pages were when they were last fetched."""
    _run(db, _VISITS)


@migrations()
def m0004_site_requests(db: Database) -> None:
    """Count what a sweep asked of each site: what a listing cost."""
    _run(db, _SITE_REQUESTS)


@migrations()
def m0005_pages(db: Database) -> None:
    """Sightings of pages that are no listings."""
    db.execute("ALTER TABLE sightings ADD COLUMN target TEXT NOT NULL DEFAULT 'listing'")


@migrations()
def m0005_nights(db: Database) -> None:
    """Remember what is gone, when a page was last had in full, and what sites say and spend."""
    _run(db, _NIGHTS)


@migrations()
def m0006_looks(db: Database) -> None:
    """Remember the pictures that a page had, when they were looked at, and what was not had."""
    _run(db, _LOOKS)


@migrations()
def m0007_ledger(db: Database) -> None:
    """Keep the ledger, the steps of notices after their draft, and captures."""
    _run(db, LEDGER)
    db.execute(CHAINED)
    _make_append_only(db, ("ledger", "notice_events", "captures"))


@migrations()
def m0008_accounts(db: Database) -> None:
    """Keep accounts, approvals and cases, and refuse what four eyes have not seen."""
    _run(db, accounts_schema.TABLES)
    _make_append_only(db, accounts_schema.APPEND_ONLY)
    for trigger in (*accounts_schema.TRIGGERS, *accounts_schema.KEPT):
        db.execute(trigger)


@migrations()
def m0008_delivery(db: Database) -> None:
    """Keep the outbox, answers, looks at noticed listings, and relistings."""
    _run(db, DELIVERY)
    for trigger in ONE_CLAIM:
        db.execute(trigger)
    _make_append_only(db, DELIVERY_RECORDS)


@migrations()
def m0008_stamps(db: Database) -> None:
    """Keep what was stamped of the ledger, and what each authority answered."""
    _run(db, STAMPS)
    _make_append_only(db, ("stamps", "stamp_receipts"))


@migrations()
def m0008_handover(db: Database) -> None:
    """Keep the keys that are known, and what was handed over, to us and by us."""
    _run(db, handover_schema.HANDOVER)
    _make_append_only(db, handover_schema.RECORDS)


@migrations()
def m0009_never_replaced(db: Database) -> None:
    """Refuse INSERT OR REPLACE where it would put evidence, mails or looks in others' places."""
    for kept in NEVER_REPLACED.items():
        db.execute(accounts_schema.never_replaced(*kept))


def _run(db: Database, statements: str) -> None:
    for statement in statements.split(";\n"):
        if statement.strip():
            db.execute(statement)


def _make_append_only(db: Database, tables: Iterable[str]) -> None:
    for table in tables:
        for verb in ("UPDATE", "DELETE"):
            db.execute(
                f"CREATE TRIGGER {table}_refuses_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


_APPEND_ONLY = (
    "rights",
    "right_versions",
    "right_pictures",
    "sweeps",
    "sweep_ends",
    "outcomes",
    "sweep_warnings",
    "listings",
    "sightings",
    "sighting_pictures",
    "hits",
    "hit_findings",
    "judgements",
    "cases",
    "notices",
    "notice_hits",
)

_FIRST = """
CREATE TABLE rights (
    id TEXT PRIMARY KEY,
    first_imported_at TEXT NOT NULL
) STRICT;
CREATE TABLE right_versions (
    id INTEGER PRIMARY KEY,
    right_id TEXT NOT NULL REFERENCES rights(id),
    digest TEXT NOT NULL,
    record TEXT NOT NULL,
    source TEXT NOT NULL,
    imported_at TEXT NOT NULL
) STRICT;
CREATE INDEX right_versions_by_right ON right_versions (right_id, id);
CREATE TABLE right_pictures (
    version INTEGER NOT NULL REFERENCES right_versions(id),
    image TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    PRIMARY KEY (version, image)
) STRICT;
CREATE TABLE sweeps (
    id TEXT PRIMARY KEY,
    campaign TEXT NOT NULL,
    plan TEXT NOT NULL,
    started_at TEXT NOT NULL
) STRICT;
CREATE TABLE sweep_ends (
    sweep TEXT PRIMARY KEY REFERENCES sweeps(id),
    state TEXT NOT NULL,
    reason TEXT,
    ended_at TEXT NOT NULL
) STRICT;
CREATE TABLE outcomes (
    sweep TEXT NOT NULL REFERENCES sweeps(id),
    url TEXT NOT NULL,
    site TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    kind TEXT,
    PRIMARY KEY (sweep, url)
) STRICT;
CREATE TABLE sweep_warnings (
    id INTEGER PRIMARY KEY,
    sweep TEXT NOT NULL REFERENCES sweeps(id),
    url TEXT NOT NULL,
    message TEXT NOT NULL
) STRICT;
CREATE INDEX sweep_warnings_by_sweep ON sweep_warnings (sweep);
CREATE TABLE listings (
    id TEXT PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    site TEXT NOT NULL,
    first_seen_at TEXT NOT NULL
) STRICT;
CREATE TABLE sightings (
    id TEXT PRIMARY KEY,
    listing TEXT NOT NULL REFERENCES listings(id),
    sweep TEXT NOT NULL REFERENCES sweeps(id),
    seen_at TEXT NOT NULL,
    record TEXT NOT NULL
) STRICT;
CREATE INDEX sightings_by_listing ON sightings (listing, seen_at);
CREATE INDEX sightings_by_sweep ON sightings (sweep);
CREATE TABLE sighting_pictures (
    sighting TEXT NOT NULL REFERENCES sightings(id),
    url TEXT NOT NULL,
    sha256 TEXT,
    problem TEXT,
    PRIMARY KEY (sighting, url)
) STRICT;
CREATE TABLE hits (
    id TEXT PRIMARY KEY,
    target TEXT NOT NULL,
    url TEXT NOT NULL,
    right_id TEXT NOT NULL REFERENCES rights(id)
) STRICT;
CREATE INDEX hits_by_right ON hits (right_id);
CREATE INDEX hits_by_url ON hits (url);
CREATE TABLE hit_findings (
    id INTEGER PRIMARY KEY,
    hit TEXT NOT NULL REFERENCES hits(id),
    sighting TEXT NOT NULL REFERENCES sightings(id),
    right_version INTEGER NOT NULL REFERENCES right_versions(id),
    record TEXT NOT NULL,
    score REAL NOT NULL,
    flagged INTEGER NOT NULL
) STRICT;
CREATE INDEX hit_findings_by_hit ON hit_findings (hit, id);
CREATE INDEX hit_findings_by_sighting ON hit_findings (sighting);
CREATE TABLE judgements (
    id TEXT PRIMARY KEY,
    hit TEXT NOT NULL REFERENCES hits(id),
    findings INTEGER NOT NULL REFERENCES hit_findings(id),
    decision TEXT NOT NULL,
    judged_by TEXT NOT NULL,
    authenticated INTEGER NOT NULL,
    reason TEXT NOT NULL,
    judged_at TEXT NOT NULL
) STRICT;
CREATE INDEX judgements_by_hit ON judgements (hit, judged_at);
CREATE TABLE cases (
    id TEXT PRIMARY KEY,
    seller TEXT NOT NULL,
    site TEXT NOT NULL,
    holder TEXT NOT NULL,
    opened_at TEXT NOT NULL
) STRICT;
CREATE TABLE notices (
    id TEXT PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases(id),
    kind TEXT NOT NULL,
    record TEXT NOT NULL,
    drafted_by TEXT NOT NULL,
    drafted_at TEXT NOT NULL
) STRICT;
CREATE TABLE notice_hits (
    notice TEXT NOT NULL REFERENCES notices(id),
    hit TEXT NOT NULL REFERENCES hits(id),
    judgement TEXT NOT NULL REFERENCES judgements(id),
    PRIMARY KEY (notice, hit)
) STRICT;
"""

_FRONTIER = """
CREATE TABLE frontier (
    sweep TEXT NOT NULL REFERENCES sweeps(id),
    site TEXT NOT NULL,
    priority INTEGER NOT NULL,
    number INTEGER NOT NULL,
    url TEXT NOT NULL,
    request TEXT,
    reason TEXT,
    PRIMARY KEY (sweep, site, priority, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX frontier_by_url ON frontier (sweep, url);
CREATE TABLE listing_addresses (
    sweep TEXT NOT NULL REFERENCES sweeps(id),
    identity TEXT NOT NULL,
    url TEXT NOT NULL,
    PRIMARY KEY (sweep, identity)
) STRICT, WITHOUT ROWID;
CREATE TABLE sweep_resumes (
    id INTEGER PRIMARY KEY,
    sweep TEXT NOT NULL REFERENCES sweeps(id),
    plan TEXT NOT NULL,
    resumed_at TEXT NOT NULL
) STRICT;
CREATE INDEX sweep_resumes_by_sweep ON sweep_resumes (sweep, id);
CREATE TABLE sweep_ends_now (
    id INTEGER PRIMARY KEY,
    sweep TEXT NOT NULL REFERENCES sweeps(id),
    state TEXT NOT NULL,
    reason TEXT,
    ended_at TEXT NOT NULL
) STRICT;
INSERT INTO sweep_ends_now (sweep, state, reason, ended_at)
    SELECT sweep, state, reason, ended_at FROM sweep_ends;
DROP TABLE sweep_ends;
ALTER TABLE sweep_ends_now RENAME TO sweep_ends;
CREATE INDEX sweep_ends_by_sweep ON sweep_ends (sweep, id);
"""

_VISITS = """
CREATE TABLE visits (
    url TEXT PRIMARY KEY,
    site TEXT NOT NULL,
    kind TEXT NOT NULL,
    plan TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    priority INTEGER NOT NULL,
    request TEXT,
    source TEXT,
    etag TEXT,
    last_modified TEXT,
    body TEXT,
    identities TEXT,
    listing TEXT,
    first_at TEXT NOT NULL,
    changes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX frontier_by_site ON frontier (site);
CREATE INDEX outcomes_by_url ON outcomes (url, sweep);
CREATE INDEX visits_by_site ON visits (site, seen_at);
CREATE INDEX visits_by_source ON visits (source) WHERE source IS NOT NULL;
CREATE TABLE picture_visits (
    url TEXT PRIMARY KEY,
    etag TEXT,
    last_modified TEXT,
    sha256 TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""

_SITE_REQUESTS = """
CREATE TABLE site_requests (
    sweep TEXT NOT NULL REFERENCES sweeps(id),
    site TEXT NOT NULL,
    requests INTEGER NOT NULL,
    PRIMARY KEY (sweep, site)
) STRICT, WITHOUT ROWID;
"""

_NIGHTS = """
ALTER TABLE visits ADD COLUMN read_at TEXT NOT NULL DEFAULT '';
ALTER TABLE visits ADD COLUMN address TEXT;
ALTER TABLE visits ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;
ALTER TABLE visits ADD COLUMN gone_at TEXT;
UPDATE visits SET read_at = first_at, address = iif(kind = 'listing', url, NULL);
CREATE INDEX visits_by_address ON visits (address) WHERE address IS NOT NULL;
UPDATE visits SET request = json_remove(json_set(request, '$.headers', json_object('Content-Type',
    request ->> '$.content_type', 'Accept', 'application/json')), '$.content_type')
    WHERE request ->> '$.content_type' IS NOT NULL;
UPDATE visits SET request = json_set(request, '$.headers',
    json_object('Accept', 'application/json'))
    WHERE request ->> '$.callback' = 'parse_catalogue' AND request ->> '$.headers' IS NULL;
UPDATE frontier SET request = json_remove(json_set(request, '$.headers', json_object('Content-Type',
    request ->> '$.content_type', 'Accept', 'application/json')), '$.content_type')
    WHERE request ->> '$.content_type' IS NOT NULL;
UPDATE frontier SET request = json_set(request, '$.headers',
    json_object('Accept', 'application/json'))
    WHERE request ->> '$.callback' = 'parse_catalogue' AND request ->> '$.headers' IS NULL;
CREATE INDEX listings_by_site ON listings (site);
CREATE TABLE lastmods (
    url TEXT PRIMARY KEY,
    sitemap TEXT NOT NULL,
    lastmod TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX lastmods_by_sitemap ON lastmods (sitemap);
CREATE TABLE doubts (
    what TEXT NOT NULL,
    name TEXT NOT NULL,
    since TEXT NOT NULL,
    PRIMARY KEY (what, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE site_spent (
    sweep TEXT NOT NULL REFERENCES sweeps(id),
    site TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    seconds REAL NOT NULL,
    PRIMARY KEY (sweep, site)
) STRICT, WITHOUT ROWID;
"""

_LOOKS = """
ALTER TABLE visits ADD COLUMN looked_at TEXT NOT NULL DEFAULT '';
ALTER TABLE visits ADD COLUMN pictures TEXT;
ALTER TABLE visits ADD COLUMN words TEXT;
ALTER TABLE visits ADD COLUMN missed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE visits ADD COLUMN missed_at TEXT;
UPDATE visits SET looked_at = read_at;
"""
