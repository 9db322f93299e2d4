"""The statements that make the tables of a period (``period_tables``).

``temp.period`` has its one row: ``since``, ``until``, ``known``. A column ``at`` is the moment by
which a row is of the period; ``period_place`` is the day, or the week, that a moment lies in.
"""

from __future__ import annotations

from crawler.store.figures_schema import SOURCES_OF

DIMENSIONS = ("right_kind", "right_id", "site", "network", "territory", "campaign")
"""What hits, and all that follows from them, are told apart by; beside it ``place``, the day or the
week of each."""
RETRACTION = "retraction"

_JUDGED_BY_THEN = """
(SELECT j.{0} FROM judgements j WHERE j.hit = {1} AND j.judged_at < p.known
    AND NOT EXISTS (SELECT 1 FROM undone_judgements u WHERE u.judgement = j.id AND u.at < p.known)
    ORDER BY j.rowid DESC LIMIT 1)
"""
"""A column of the newest judgement of a hit that stood then."""

_STATES = ("seen", "unchanged", "gone", "blocked", "failed", "skipped", "not_reached")
_RANK = "CASE s.state " + " ".join(f"WHEN '{s}' THEN {n}" for n, s in enumerate(_STATES)) + " END"
_STATE = " ".join(f"WHEN {n} THEN '{s}'" for n, s in enumerate(_STATES))

SWEEPS = f"""
CREATE TEMP VIEW period_sweeps AS
    SELECT 'sweep' AS kind, w.id, w.started_at AS at, '' AS parent, w.campaign,
        coalesce((SELECT e.state FROM sweep_ends e WHERE e.sweep = w.id AND e.ended_at < p.known
            ORDER BY e.id DESC LIMIT 1), 'unfinished') AS state
    FROM temp.period p JOIN sweeps w ON w.started_at >= p.since AND w.started_at < p.until;
CREATE TEMP VIEW period_targets AS
    SELECT 'target' AS kind, o.url AS id, w.at, w.id AS parent, w.campaign, o.site, o.state
    FROM temp.period_sweeps w JOIN outcomes o ON o.sweep = w.id
    UNION ALL
    SELECT 'target', f.url, w.at, w.id, w.campaign, f.site, 'not_reached'
    FROM temp.period_sweeps w JOIN frontier f ON f.sweep = w.id;
CREATE TEMP VIEW period_sites AS
    SELECT 'site' AS kind, site AS id, min(at) AS at, '' AS parent,
        CASE min(rank) {_STATE} END AS state
    FROM (SELECT s.site, w.at, {_RANK} AS rank
        FROM temp.period_sweeps w JOIN site_states s ON s.sweep = w.id
        UNION ALL SELECT f.site, w.at, 6
        FROM temp.period_sweeps w JOIN frontier f ON f.sweep = w.id)
    GROUP BY site;
CREATE TEMP VIEW period_listings AS
    SELECT 'listing' AS kind, l.id, s.at, '' AS parent, l.site, l.first_seen_at >= p.since AS new
    FROM temp.period p,
        (SELECT listing, min(seen_at) AS at FROM sightings INDEXED BY sightings_by_listing
         WHERE seen_at >= (SELECT since FROM temp.period)
            AND seen_at < (SELECT until FROM temp.period) GROUP BY listing) s
    JOIN listings l ON l.id = s.listing
"""

FOUND = """
CREATE TEMP TABLE period_rematched (findings INTEGER PRIMARY KEY, hit TEXT, at TEXT);
INSERT OR IGNORE INTO period_rematched
    SELECT record ->> '$.findings', subject, at FROM ledger
    WHERE kind = 'hit-rematched' AND json_valid(record) ORDER BY number;
CREATE TEMP TABLE period_looked_up (hit TEXT PRIMARY KEY, at TEXT) WITHOUT ROWID;
INSERT INTO period_looked_up
    SELECT r.hit, r.at FROM temp.period_rematched r
    WHERE r.findings = (SELECT min(id) FROM hit_findings WHERE hit = r.hit);
CREATE TEMP TABLE period_found (hit TEXT PRIMARY KEY, at TEXT) WITHOUT ROWID;
INSERT INTO period_found
    SELECT q.hit, q.first_seen FROM temp.period p JOIN queue q
        ON q.first_seen >= p.since AND q.first_seen < p.until
    WHERE NOT EXISTS (SELECT 1 FROM temp.period_looked_up WHERE hit = q.hit)
    UNION ALL SELECT r.hit, r.at FROM temp.period p JOIN temp.period_looked_up r
        ON r.at >= p.since AND r.at < p.until
"""
"""The hits that were found in the period: when they were seen, or when a rematch found them in what
had been seen before, as the ledger has it."""

SCOPE = """
CREATE TEMP TABLE period_scope AS
    SELECT hit FROM temp.period_found
    UNION SELECT j.hit FROM temp.period p JOIN judgements j
        ON j.judged_at >= p.since AND j.judged_at < p.until
    UNION SELECT n.hit FROM temp.period_sent s JOIN notice_hits n ON n.notice = s.notice
    UNION SELECT h.id FROM temp.period p
        JOIN relistings r ON r.found_at >= p.since AND r.found_at < p.until
        JOIN hits h ON h.url = r.old_url
        JOIN case_hits c ON c.case_id = r.case_id AND c.hit = h.id
"""
"""Every hit that some figure may need."""

SENT = """
CREATE TEMP TABLE period_sent AS
    SELECT e.notice, min(e.at) AS at FROM temp.period p JOIN notice_events e
        ON e.event IN ('sent', 'uncertain') AND e.at < p.until
    JOIN notices n ON n.id = e.notice AND n.kind <> 'retraction'
    WHERE NOT (e.event = 'uncertain' AND EXISTS (SELECT 1 FROM notice_events f
        WHERE f.notice = e.notice AND f.id > e.id AND f.event = 'failed' AND f.at < p.known))
    GROUP BY e.notice HAVING min(e.at) >= (SELECT since FROM temp.period)
"""
"""Notices that left in the period for the first time, those of which it is not known included."""

DIMS = """
CREATE TEMP TABLE period_rights AS
    SELECT v.right_id, v.record ->> '$.kind' AS right_kind,
        coalesce(v.record ->> '$.name', '') AS name,
        coalesce((SELECT group_concat(value, ' ') FROM (SELECT value
            FROM json_each(v.record, '$.jurisdictions') ORDER BY value)), '') AS territory
    FROM (SELECT DISTINCT h.right_id FROM temp.period_scope c JOIN hits h ON h.id = c.hit) r
    JOIN right_versions v ON v.id =
        (SELECT max(id) FROM right_versions WHERE right_id = r.right_id);
CREATE UNIQUE INDEX temp.period_rights_by_id ON period_rights (right_id);
CREATE TEMP TABLE period_dims (hit TEXT PRIMARY KEY, right_kind TEXT, right_id TEXT, site TEXT,
    seller TEXT, seller_name TEXT, network TEXT, territory TEXT, campaign TEXT) WITHOUT ROWID;
INSERT INTO period_dims
    SELECT q.hit, r.right_kind, q.right_id, q.site, q.seller, q.seller_name,
        coalesce(n.network, q.seller), r.territory,
        coalesce((SELECT w.campaign FROM hit_findings f JOIN sightings s ON s.id = f.sighting
            JOIN sweeps w ON w.id = s.sweep WHERE f.hit = q.hit ORDER BY f.id LIMIT 1), '')
    FROM temp.period_scope c JOIN queue q ON q.hit = c.hit
    JOIN temp.period_rights r ON r.right_id = q.right_id
    LEFT JOIN temp.period_networks n ON n.seller = q.seller
"""

_SHOWN = ", ".join(f"d.{name}" for name in DIMENSIONS)
SOURCES = (
    "name",
    "picture",
    "picture_part",
    "picture_lookalike",
    "picture_words",
    "passage",
    "file",
)
"""By what hits are found, as ``figures_schema`` has it; one may be found by several."""
_FOUND_BY = ", ".join(
    f"instr(' ' || n.sources || ' ', ' {name} ') > 0 AS by_{name}" for name in SOURCES
)
_DECIDED = "('infringing', 'licensed', 'unrelated')"
_TRUTH = """
coalesce((SELECT t.decision FROM judgements t WHERE t.hit = s.hit AND t.judged_at > a.at
        AND t.judged_at < p.known AND t.judged_by <> a.by AND t.judged_by IS NOT j.judged_by
        AND NOT EXISTS (SELECT 1 FROM undone_judgements u WHERE u.judgement = t.id
            AND u.at < p.known)
        ORDER BY t.rowid DESC LIMIT 1),
    a.decision)
"""
"""What a second look came to: what a third person said afterwards, else the second."""

DRAWN = f"""
CREATE TEMP TABLE period_looked AS
    SELECT s.id, s.hit, s.draw, d.at AS drawn_at, s.judgement, a.at AS answered_at,
        j.decision AS first, coalesce({_TRUTH}, '') AS said
    FROM temp.period p JOIN second_look_draws d ON d.at < p.known
    JOIN second_looks s ON s.draw = d.id
    LEFT JOIN judgements j ON j.id = s.judgement
    LEFT JOIN second_look_answers a ON a.look = s.id AND a.at < p.known
    WHERE NOT EXISTS (SELECT 1 FROM undone_judgements u
        WHERE u.judgement = s.judgement AND u.at < p.known);
CREATE INDEX temp.period_looked_by_hit ON period_looked (hit);
CREATE TEMP VIEW period_drawn AS
    SELECT 'second look' AS kind, l.id, l.drawn_at AS at, l.hit AS parent, l.draw, l.said,
        iif(l.judgement IS NULL, 'dismissed', 'rejected') AS first
    FROM temp.period p JOIN temp.period_looked l ON l.drawn_at >= p.since AND l.drawn_at < p.until
"""
_BY_THEN = """
FROM hit_findings f JOIN sightings s ON s.id = f.sighting
    LEFT JOIN temp.period_rematched r ON r.findings = f.id
    WHERE f.hit = c.hit AND f.score > 0 AND coalesce(r.at, s.seen_at) < p.known
"""
"""Findings of a hit that were made by then."""
HITS = f"""
CREATE TEMP TABLE period_known (hit TEXT PRIMARY KEY, at TEXT, score REAL, flagged INTEGER,
    sources TEXT) WITHOUT ROWID;
INSERT INTO period_known
    SELECT c.hit, c.at, n.score,
        t.flagged_once AND EXISTS (SELECT 1 {_BY_THEN} AND f.flagged = 1),
        iif(n.id = q.findings, t.sources, {SOURCES_OF.format(record="n.record")})
    FROM temp.period p JOIN temp.period_found c JOIN queue q ON q.hit = c.hit
    JOIN hit_states t ON t.hit = c.hit
    JOIN hit_findings n ON n.id = coalesce((SELECT max(f.id) {_BY_THEN}), q.findings);
CREATE TEMP TABLE period_hits AS
    SELECT 'hit' AS kind, q.hit AS id, n.at, q.site AS parent,
        period_place(n.at) AS place, n.score, min(cast(n.score * 10 AS INTEGER), 9) AS band,
        n.flagged, {_FOUND_BY}, {_SHOWN},
        coalesce({_JUDGED_BY_THEN.format("decision", "q.hit")}, '') AS decision,
        coalesce({_JUDGED_BY_THEN.format("bulk", "q.hit")}, '') AS bulk, '' AS said
    FROM temp.period p JOIN temp.period_known n JOIN queue q ON q.hit = n.hit
    JOIN temp.period_dims d ON d.hit = q.hit;
UPDATE period_hits SET said = iif(decision IN {_DECIDED}, decision, coalesce((
    SELECT l.said FROM temp.period_looked l WHERE l.hit = period_hits.id AND l.judgement IS NULL
        AND l.said IN {_DECIDED} ORDER BY l.answered_at DESC LIMIT 1), ''));
CREATE TEMP TABLE period_judged AS
    SELECT 'judgement' AS kind, g.id, g.judged_at AS at, g.hit AS parent,
        period_place(g.judged_at) AS place, g.decision,
        g.bulk IS NOT NULL AS in_bulk, {_SHOWN}
    FROM temp.period p JOIN judgements g ON g.judged_at >= p.since AND g.judged_at < p.until
    JOIN temp.period_dims d ON d.hit = g.hit
    WHERE g.id = {_JUDGED_BY_THEN.format("id", "g.hit")}
"""
PEOPLE = f"""
CREATE TEMP TABLE period_undone AS
    SELECT 'judgement' AS kind, u.judgement AS id, u.at, u.hit AS parent
    FROM temp.period p JOIN undone_judgements u ON u.at >= p.since AND u.at < p.until;
CREATE TEMP TABLE period_looks AS
    SELECT 'second look' AS kind, a.look AS id, a.at, s.hit AS parent, a.decision,
        iif(j.id IS NULL, 'dismissed', 'rejected') AS first,
        iif(j.id IS NULL, a.decision IN ('licensed', 'unrelated'), a.decision = j.decision)
            AS agrees
    FROM temp.period p JOIN second_look_answers a ON a.at >= p.since AND a.at < p.until
    JOIN second_looks s ON s.id = a.look LEFT JOIN judgements j ON j.id = s.judgement;
CREATE TEMP TABLE period_drafts AS
    SELECT 'notice' AS kind, n.id, n.drafted_at AS at, n.case_id AS parent
    FROM temp.period p JOIN notices n ON n.drafted_at >= p.since AND n.drafted_at < p.until
        AND n.kind <> '{RETRACTION}';
CREATE TEMP TABLE period_notices (kind TEXT, id TEXT, at TEXT, parent TEXT, notice_kind TEXT,
    recipient TEXT, fate TEXT, accepted INTEGER);
CREATE TEMP TABLE period_noticed (kind TEXT, id TEXT, at TEXT, parent TEXT, place TEXT,
    outcome TEXT, hours REAL, {" TEXT, ".join(DIMENSIONS)} TEXT);
CREATE TEMP TABLE period_relistings (kind TEXT, id TEXT, at TEXT, parent TEXT, place TEXT,
    {" TEXT, ".join(DIMENSIONS)} TEXT);
CREATE TEMP TABLE period_tips (kind TEXT, id TEXT, at TEXT, parent TEXT, tip_kind TEXT,
    state TEXT);
CREATE TEMP TABLE period_lots (kind TEXT, id TEXT, at TEXT, parent TEXT);
CREATE TEMP TABLE period_inspected (kind TEXT, id TEXT, at TEXT, parent TEXT, outcome TEXT)
"""

TIPS = """
INSERT INTO temp.period_tips SELECT 'tip', t.id, t.at, coalesce(t.url, ''), t.kind,
    CASE WHEN t.refused IS NOT NULL THEN 'refused'
        WHEN t.duplicate_of IS NOT NULL THEN 'duplicate' ELSE 'taken' END
FROM temp.period p JOIN tips t ON t.at >= p.since AND t.at < p.until
"""
LOTS = """
INSERT INTO temp.period_lots
    SELECT 'drawn target', n.target, d.at, d.id || ' ' || n.inspector
    FROM temp.period p JOIN draws d ON d.at >= p.since AND d.at < p.until
    JOIN drawn n ON n.draw = d.id;
INSERT INTO temp.period_inspected
    SELECT 'inspection', i.target, i.at, i.draw || ' ' || i.inspector, i.outcome
    FROM temp.period p JOIN inspections i ON i.at >= p.since AND i.at < p.until
    WHERE i.id = (SELECT max(n.id) FROM inspections n WHERE n.draw = i.draw
        AND n.target = i.target AND n.inspector = i.inspector AND n.at < p.known)
"""
"""What a workspace may not have: leads from outside, and inspections by lot."""
