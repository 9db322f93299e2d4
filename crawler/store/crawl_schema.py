"""Tables of what a sweep has still to fetch, and of what was there the last time."""

FRONTIER = """
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

VISITS = """
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

SITE_REQUESTS = """
CREATE TABLE site_requests (
    sweep TEXT NOT NULL REFERENCES sweeps(id),
    site TEXT NOT NULL,
    requests INTEGER NOT NULL,
    PRIMARY KEY (sweep, site)
) STRICT, WITHOUT ROWID;
"""

NIGHTS = """
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

LOOKS = """
ALTER TABLE visits ADD COLUMN looked_at TEXT NOT NULL DEFAULT '';
ALTER TABLE visits ADD COLUMN pictures TEXT;
ALTER TABLE visits ADD COLUMN words TEXT;
ALTER TABLE visits ADD COLUMN missed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE visits ADD COLUMN missed_at TEXT;
UPDATE visits SET looked_at = read_at;
"""
