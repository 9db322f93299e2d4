"""Tables of figures: what pages count of rights, hits and sweeps without reading all of them.

They are no records: everything in them follows from the tables that are, and triggers keep them up
with these, whoever writes. What is counted by time is counted by the hour (UTC), so that days of
any zone that is whole hours away can be added up; by right and by comparison, where there is more
to count, by thirds of a day, in which days of UTC and of China are whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

DECISIONS = ("infringing", "licensed", "unrelated", "unsure")


def _hour(moment: str) -> str:
    return f"substr({moment}, 1, 13)"


def _third(moment: str) -> str:
    return f"substr({moment}, 1, 11) || printf('%02d', substr({moment}, 12, 2) / 8 * 8)"


SOURCES_OF = """
(SELECT coalesce(group_concat(source, ' '), '') FROM (SELECT DISTINCT CASE
    WHEN feature = 'name' THEN iif(field = 'picture', 'picture_words', 'name')
    WHEN feature IN ('picture', 'picture_part', 'picture_lookalike', 'passage') THEN feature
    WHEN feature GLOB 'page_title*' OR feature GLOB 'file_named*' THEN 'file' END AS source
 FROM (SELECT value ->> '$.feature' AS feature, coalesce(value ->> '$.field', '') AS field
       FROM json_each({record}, '$.findings'))
 WHERE source IS NOT NULL ORDER BY source))
"""
"""By what a hit was found: which comparisons make a candidate (docs/reference/findings.md)."""

TABLES = """
CREATE TABLE hit_states (
    hit TEXT PRIMARY KEY REFERENCES hits(id),
    right_id TEXT NOT NULL,
    came_at TEXT NOT NULL,
    score REAL NOT NULL,
    flagged INTEGER NOT NULL,
    flagged_once INTEGER NOT NULL,
    sources TEXT NOT NULL,
    decision TEXT,
    judged_at TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX hit_states_by_right ON hit_states (right_id, score DESC, hit);
CREATE INDEX hit_states_judged ON hit_states (right_id, judged_at DESC) WHERE decision IS NOT NULL;
CREATE TABLE right_figures (
    right_id TEXT PRIMARY KEY,
    hits INTEGER NOT NULL,
    flagged INTEGER NOT NULL,
    infringing INTEGER NOT NULL,
    licensed INTEGER NOT NULL,
    unrelated INTEGER NOT NULL,
    unsure INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX right_figures_by_hits ON right_figures (hits DESC, right_id);
CREATE TABLE came_figures (
    hour TEXT PRIMARY KEY,
    hits INTEGER NOT NULL,
    flagged INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE decided_figures (
    hour TEXT NOT NULL,
    decision TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (hour, decision)
) STRICT, WITHOUT ROWID;
CREATE TABLE right_decisions (
    third TEXT NOT NULL,
    right_id TEXT NOT NULL,
    decision TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (third, right_id, decision)
) STRICT, WITHOUT ROWID;
CREATE TABLE source_decisions (
    third TEXT NOT NULL,
    sources TEXT NOT NULL,
    decision TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (third, sources, decision)
) STRICT, WITHOUT ROWID;
CREATE TABLE right_facts (
    right_id TEXT PRIMARY KEY REFERENCES rights(id),
    version INTEGER NOT NULL REFERENCES right_versions(id),
    kind TEXT NOT NULL,
    office TEXT,
    status TEXT,
    expires TEXT,
    words TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX right_facts_by_office ON right_facts (office) WHERE office IS NOT NULL;
CREATE TABLE site_states (
    sweep TEXT NOT NULL REFERENCES sweeps(id),
    site TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (sweep, site, state, reason)
) STRICT, WITHOUT ROWID;
CREATE TABLE site_yields (
    sweep TEXT NOT NULL REFERENCES sweeps(id),
    site TEXT NOT NULL,
    listings INTEGER NOT NULL,
    hits INTEGER NOT NULL,
    flagged INTEGER NOT NULL,
    PRIMARY KEY (sweep, site)
) STRICT, WITHOUT ROWID;
CREATE TABLE sweep_reports (
    sweep TEXT PRIMARY KEY REFERENCES sweeps(id),
    ending INTEGER NOT NULL REFERENCES sweep_ends(id),
    totals TEXT NOT NULL,
    alarms TEXT NOT NULL,
    told TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sweeps_by_start ON sweeps (started_at DESC)
"""

NO_RECORDS = (
    "hit_states",
    "right_figures",
    "came_figures",
    "decided_figures",
    "right_decisions",
    "source_decisions",
    "right_facts",
    "site_states",
    "site_yields",
    "sweep_reports",
)

STARTS = """
CREATE TABLE console_starts (
    id TEXT PRIMARY KEY,
    campaign TEXT NOT NULL,
    file TEXT,
    sha256 TEXT,
    resumes TEXT REFERENCES sweeps(id),
    pid INTEGER NOT NULL,
    pid_began INTEGER NOT NULL,
    by TEXT NOT NULL,
    account TEXT NOT NULL REFERENCES accounts(id),
    at TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES ledger(number)
) STRICT;
CREATE INDEX console_starts_by_time ON console_starts (at);
CREATE TABLE console_stops (
    id INTEGER PRIMARY KEY,
    start TEXT NOT NULL REFERENCES console_starts(id),
    by TEXT NOT NULL,
    account TEXT NOT NULL REFERENCES accounts(id),
    at TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES ledger(number)
) STRICT;
CREATE INDEX console_stops_by_start ON console_stops (start)
"""
"""Sweeps that the console started and stopped; these are records."""

RECORDS = ("console_starts", "console_stops")


def _change(table: str, keys: Mapping[str, str], counts: Mapping[str, str], when: str = "1") -> str:
    """Return SQL that adds to the figures under a key."""
    names = ", ".join(keys)
    sums = ", ".join(f"{name} = {name} + excluded.{name}" for name in counts)
    return (
        f"INSERT INTO {table} ({', '.join([*keys, *counts])})"
        f" SELECT {', '.join([*keys.values(), *counts.values()])} WHERE {when}"
        f" ON CONFLICT ({names}) DO UPDATE SET {sums};"
    )


def _of_right(row: str, sign: str) -> str:
    counts = {"hits": f"{row}.score > 0", "flagged": f"{row}.flagged"}
    counts |= {name: f"coalesce({row}.decision = '{name}', 0)" for name in DECISIONS}
    signed = {name: f"{sign}({count})" for name, count in counts.items()}
    return _change("right_figures", {"right_id": f"{row}.right_id"}, signed)


def _of_coming(row: str, sign: str) -> str:
    counts = {"hits": f"{sign}1", "flagged": f"{sign}{row}.flagged_once"}
    return _change("came_figures", {"hour": _hour(f"{row}.came_at")}, counts)


def _of_deciding(row: str, sign: str) -> str:
    third = _third(f"{row}.judged_at")
    return "\n".join(
        _change(
            table,
            {**keys, "decision": f"{row}.decision"},
            {"n": f"{sign}1"},
            f"{row}.decision IS NOT NULL",
        )
        for table, keys in (
            ("decided_figures", {"hour": _hour(f"{row}.judged_at")}),
            ("right_decisions", {"third": third, "right_id": f"{row}.right_id"}),
            ("source_decisions", {"third": third, "sources": f"{row}.sources"}),
        )
    )


_PARTS = (_of_right, _of_coming, _of_deciding)
_PLUS = "\n".join(part("NEW", "+") for part in _PARTS)
_MINUS = "\n".join(part("OLD", "-") for part in _PARTS)
_COUNTED = "{0}.score > 0, {0}.flagged, {0}.flagged_once, {0}.sources, {0}.decision, {0}.judged_at"
_CHANGED = f"WHEN ({_COUNTED.format('OLD')}) IS NOT ({_COUNTED.format('NEW')})"

_FOUND = f"""
INSERT INTO hit_states
    (hit, right_id, came_at, score, flagged, flagged_once, sources, decision, judged_at)
SELECT NEW.hit, h.right_id, s.seen_at, NEW.score, NEW.flagged, NEW.flagged,
    {SOURCES_OF.format(record="NEW.record")}, NULL, NULL
FROM hits h, sightings s WHERE h.id = NEW.hit AND s.id = NEW.sighting
ON CONFLICT (hit) DO UPDATE SET score = excluded.score, flagged = excluded.flagged,
    flagged_once = max(flagged_once, excluded.flagged),
    sources = iif(excluded.score > 0, excluded.sources, sources);
"""
_JUDGED = """
UPDATE hit_states SET decision = NEW.decision, judged_at = NEW.judged_at
WHERE hit = NEW.hit;
"""
_UNDONE = """
UPDATE hit_states SET (decision, judged_at) = (SELECT decision, judged_at FROM standing_judgements
    WHERE hit = NEW.hit ORDER BY number DESC LIMIT 1)
WHERE hit = NEW.hit;
"""
_STATE = _change(
    "site_states",
    {
        "sweep": "NEW.sweep",
        "site": "NEW.site",
        "state": "NEW.state",
        "reason": "coalesce(NEW.reason, '')",
    },
    {"n": "1"},
)


def _yield(sweep: str, site: str, values: tuple[str, str, str], when: str) -> str:
    counts = dict(zip(("listings", "hits", "flagged"), values, strict=True))
    return _change("site_yields", {"sweep": sweep, "site": site}, counts, when)


_UNCHANGED = _yield(
    "NEW.sweep",
    "NEW.site",
    ("1", "0", "0"),
    "NEW.kind = 'listing' AND NEW.state IN ('unchanged', 'skipped')",
)
_SIGHTED = _yield(
    "NEW.sweep",
    "(SELECT site FROM listings WHERE id = NEW.listing)",
    ("1", "0", "0"),
    "NEW.target = 'listing'",
)
_OF_SIGHTING = "FROM sightings s JOIN listings l ON l.id = s.listing WHERE s.id = NEW.sighting"
_BEFORE = """(SELECT {} FROM hit_findings WHERE hit = NEW.hit AND sighting = NEW.sighting
    AND id < NEW.id ORDER BY id DESC LIMIT 1)"""
"""Of the findings that the new ones take the place of: a sighting is matched anew with another
registry."""
_HIT = _yield(
    f"(SELECT s.sweep {_OF_SIGHTING})",
    f"(SELECT l.site {_OF_SIGHTING})",
    (
        "0",
        f"(NEW.score > 0) - coalesce({_BEFORE.format('score > 0')}, 0)",
        f"(NEW.score > 0 AND NEW.flagged) - coalesce({_BEFORE.format('score > 0 AND flagged')}, 0)",
    ),
    f"NEW.score > 0 OR {_BEFORE.format('score > 0')}",
)


def triggers() -> Iterator[str]:
    """Yield the triggers that keep the figures."""
    for name, event, body in (
        ("hit_states_found", "INSERT ON hit_findings", _FOUND + _HIT),
        ("hit_states_judged", "INSERT ON judgements", _JUDGED),
        ("hit_states_undone", "INSERT ON undone_judgements", _UNDONE),
        ("hit_states_added", "INSERT ON hit_states", _PLUS),
        ("hit_states_changed", f"UPDATE ON hit_states {_CHANGED}", _MINUS + _PLUS),
        ("site_states_ended", "INSERT ON outcomes", _STATE + _UNCHANGED),
        ("site_yields_sighted", "INSERT ON sightings", _SIGHTED),
    ):
        yield f"CREATE TRIGGER {name} AFTER {event} BEGIN {body} END"


YIELDS = """
INSERT INTO site_yields SELECT sweep, site, sum(listings), sum(hits), sum(flagged)
FROM (
    SELECT s.sweep, l.site, 1 AS listings, 0 AS hits, 0 AS flagged
    FROM sightings s JOIN listings l ON l.id = s.listing WHERE s.target = 'listing'
    UNION ALL SELECT sweep, site, 1, 0, 0 FROM outcomes
    WHERE kind = 'listing' AND state IN ('unchanged', 'skipped')
    UNION ALL SELECT s.sweep, l.site, 0, 1, f.flagged FROM hit_findings f
    JOIN sightings s ON s.id = f.sighting JOIN listings l ON l.id = s.listing
    WHERE f.score > 0 AND f.id =
        (SELECT max(id) FROM hit_findings WHERE hit = f.hit AND sighting = f.sighting)
) GROUP BY 1, 2
"""
_NEWEST = "(SELECT max(id) FROM hit_findings WHERE hit = h.id AND score > 0)"
FILLED = (
    f"""
    INSERT INTO hit_states
    SELECT h.id, h.right_id, s.seen_at, f.score, f.flagged,
        (SELECT max(flagged) FROM hit_findings WHERE hit = h.id),
        {SOURCES_OF.format(record=f"(SELECT record FROM hit_findings WHERE id = {_NEWEST})")},
        j.decision, j.judged_at
    FROM hits h
    JOIN hit_findings f ON f.id = (SELECT max(id) FROM hit_findings WHERE hit = h.id)
    JOIN sightings s ON s.id = (SELECT sighting FROM hit_findings WHERE hit = h.id ORDER BY id)
    LEFT JOIN standing_judgements j
        ON j.number = (SELECT max(number) FROM standing_judgements WHERE hit = h.id)
    """,
    """
    INSERT INTO site_states SELECT sweep, site, state, coalesce(reason, ''), count(*)
    FROM outcomes GROUP BY 1, 2, 3, 4
    """,
    YIELDS,
)
"""What is counted of an older workspace; the triggers stand already, so hits count themselves."""
