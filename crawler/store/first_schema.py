"""The first tables: rights, sweeps, listings, hits, judgements, cases, notices."""

APPEND_ONLY = (
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

FIRST = """
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
