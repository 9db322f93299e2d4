"""Tables of retention: what was erased by a rule, and what no rule may erase."""

from __future__ import annotations

TABLES = """
CREATE TABLE erasures (
    id INTEGER PRIMARY KEY,
    file TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    bytes INTEGER NOT NULL CHECK (bytes >= 0),
    rule TEXT NOT NULL CHECK (rule IN ('captures', 'pictures')),
    days INTEGER NOT NULL CHECK (days >= 1),
    used_at TEXT NOT NULL,
    by TEXT NOT NULL,
    account TEXT REFERENCES accounts(id),
    at TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES ledger(number)
) STRICT;
CREATE INDEX erasures_by_file ON erasures (file);
CREATE INDEX captures_by_file ON captures (file);
CREATE INDEX queue_flagged_by_time ON queue (waiting_since, waiting, flagged)
    WHERE waiting = 1 AND flagged = 1;
CREATE VIEW kept_hits AS
    SELECT hit, 'case' AS why, at FROM case_hits
    UNION ALL SELECT h.hit, 'notice', n.drafted_at FROM notice_hits h JOIN notices n
        ON n.id = h.notice
    UNION ALL SELECT i.hit, 'handed_over', c.at FROM imported_hits i JOIN imported_cases c
        ON c.bundle = i.bundle
    UNION ALL SELECT s.hit, 'second_look', d.at FROM second_looks s JOIN second_look_draws d
        ON d.id = s.draw
        WHERE NOT EXISTS (SELECT 1 FROM second_look_answers a WHERE a.look = s.id)
    UNION ALL SELECT hit, 'dispute', since FROM disputed_hits
    UNION ALL SELECT j.hit, 'judged', j.judged_at FROM standing_judgements j
        WHERE j.decision <> 'unrelated' AND j.number =
            (SELECT max(o.number) FROM standing_judgements o WHERE o.hit = j.hit);
CREATE VIEW kept_urls AS
    SELECT h.url, k.why, k.at FROM kept_hits k JOIN hits h ON h.id = k.hit
    UNION ALL SELECT i.url, 'handed_over', c.at FROM imported_hits i JOIN imported_cases c
        ON c.bundle = i.bundle
    UNION ALL SELECT url, 'follow_up', at FROM looks
    UNION ALL SELECT new_url, 'relisting', found_at FROM relistings
    UNION ALL SELECT old_url, 'relisting', found_at FROM relistings
"""
"""``erasures`` has a row for each file, written before the file goes: what it was, by which rule,
when it was last of use (``used_at``), and who had it erased.

``kept_hits`` and ``kept_urls`` say what no rule erases, why, and since when: what is of a case, of
a notice, was handed over, waits for a second look, is disputed, or is judged anything but
unrelated. Captures of the same address are kept with it, whatever hit they were made for.

``queue_flagged_by_time`` is for figures that are asked for every minute: how long hits wait."""

RULES = (
    """
    CREATE TRIGGER what_is_needed_is_not_erased BEFORE INSERT ON erasures
    WHEN NEW.rule = 'captures'
    BEGIN
    SELECT RAISE(ABORT, 'no capture has that file with that digest')
        WHERE NOT EXISTS (SELECT 1 FROM captures
            WHERE file = NEW.file AND sha256 = NEW.sha256);
    SELECT RAISE(ABORT, 'it was erased already')
        WHERE EXISTS (SELECT 1 FROM erasures WHERE file = NEW.file);
    SELECT RAISE(ABORT, 'it belongs to a case, a notice, a second look, or a hit that counts')
        WHERE EXISTS (SELECT 1 FROM captures c WHERE c.file = NEW.file AND (
            EXISTS (SELECT 1 FROM kept_hits k WHERE k.hit = c.hit)
            OR EXISTS (SELECT 1 FROM hits h JOIN kept_hits k ON k.hit = h.id WHERE h.url = c.url)
            OR EXISTS (SELECT 1 FROM imported_hits i WHERE i.url = c.url)
            OR EXISTS (SELECT 1 FROM looks l WHERE l.url = c.url)
            OR EXISTS (SELECT 1 FROM relistings r WHERE c.url IN (r.new_url, r.old_url))));
    END
    """,
    """
    CREATE TRIGGER only_what_is_old_is_erased BEFORE INSERT ON erasures
    WHEN NEW.used_at > strftime('%Y-%m-%dT%H:%M:%fZ', NEW.at, '-' || NEW.days || ' days')
    BEGIN SELECT RAISE(ABORT, 'it is younger than its rule says'); END
    """,
)

RECORDS = ("erasures",)
NEVER_REPLACED = {"erasures": ("id",)}
"""As ``accounts_schema.NEVER_REPLACED``."""
