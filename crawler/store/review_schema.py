"""Tables of reviewing: what people prefer, who tries to sign in, what is looked at twice."""

PREFERENCES = """
CREATE TABLE preferences (
    account TEXT PRIMARY KEY REFERENCES accounts(id),
    record TEXT NOT NULL CHECK (json_type(record) = 'object')
) STRICT, WITHOUT ROWID;
CREATE TABLE sign_in_tries (
    id INTEGER PRIMARY KEY,
    address TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;
CREATE INDEX sign_in_tries_by_address ON sign_in_tries (address, at)
"""
"""No records: what somebody finds handy, of which only the newest is kept, and the passphrases
that were tried from an address a short while ago."""

SECOND_LOOKS = """
CREATE TABLE second_look_draws (
    id TEXT PRIMARY KEY,
    share REAL NOT NULL CHECK (share > 0 AND share <= 1),
    seed INTEGER NOT NULL,
    sweep TEXT REFERENCES sweeps(id),
    last_judgement INTEGER NOT NULL,
    last_findings INTEGER NOT NULL,
    by TEXT NOT NULL,
    at TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES ledger(number)
) STRICT;
CREATE TABLE second_looks (
    id TEXT PRIMARY KEY,
    draw TEXT NOT NULL REFERENCES second_look_draws(id),
    hit TEXT NOT NULL REFERENCES hits(id),
    judgement TEXT REFERENCES judgements(id),
    findings INTEGER NOT NULL REFERENCES hit_findings(id)
) STRICT;
CREATE INDEX second_looks_by_draw ON second_looks (draw);
CREATE INDEX second_looks_by_hit ON second_looks (hit);
CREATE TABLE second_look_answers (
    look TEXT PRIMARY KEY REFERENCES second_looks(id),
    decision TEXT NOT NULL CHECK (decision IN ('infringing', 'licensed', 'unrelated', 'unsure')),
    cause TEXT,
    reason TEXT NOT NULL CHECK (trim(reason) <> ''),
    by TEXT NOT NULL,
    account TEXT NOT NULL REFERENCES accounts(id),
    at TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES ledger(number)
) STRICT;
CREATE VIEW disputed_hits AS
    SELECT s.hit, s.id AS look, s.judgement, j.decision AS first_decision, j.judged_by AS first_by,
        a.decision AS second_decision, a.by AS second_by, a.at AS since
    FROM second_look_answers a
    JOIN second_looks s ON s.id = a.look
    LEFT JOIN standing_judgements j ON j.id = s.judgement
    WHERE a.decision IS NOT j.decision
        AND (s.judgement IS NULL) = (j.id IS NULL)
        AND NOT (s.judgement IS NULL AND a.decision IN ('licensed', 'unrelated'))
        AND NOT EXISTS (SELECT 1 FROM standing_judgements t WHERE t.hit = s.hit
            AND t.judged_at > a.at AND t.judged_by <> a.by AND t.judged_by IS NOT j.judged_by)
"""
"""``judgement`` is what was judged first; none where nobody did, as the hit was not flagged. A hit
is disputed from a second look that says otherwise until a third person judges it, or the first
judgement is taken back."""

SECOND_LOOK_RECORDS = ("second_look_draws", "second_looks", "second_look_answers")

SECOND_LOOKS_KEPT = {
    "second_look_draws": ("id",),
    "second_looks": ("id",),
    "second_look_answers": ("look",),
}
"""As ``accounts_schema.NEVER_REPLACED``."""

BY_ANOTHER = """
CREATE TRIGGER second_looks_are_by_another BEFORE INSERT ON second_look_answers
BEGIN
SELECT RAISE(ABORT, 'the account is not known, is disabled, or may only read')
    WHERE coalesce((SELECT role FROM current_accounts WHERE account = NEW.account
        AND disabled = 0), 'auditor') = 'auditor';
SELECT RAISE(ABORT, 'a second look is by another person than the first')
    WHERE EXISTS (SELECT 1 FROM second_looks s JOIN judgements j ON j.id = s.judgement
        JOIN account_changes c ON c.account = NEW.account AND c.name = j.judged_by
        WHERE s.id = NEW.look);
END
"""

AUDIT = """
CREATE INDEX ledger_by_kind ON ledger (kind, number);
CREATE INDEX ledger_by_person ON ledger (by, number);
CREATE INDEX ledger_by_person_and_kind ON ledger (by, kind, number);
CREATE INDEX ledger_by_time ON ledger (at, number)
"""
"""What the ledger is looked through by, as the log of who did what."""

NOT_SENT = """
CREATE TRIGGER what_is_disputed_is_not_sent BEFORE INSERT ON notice_events
WHEN NEW.event IN ('approved', 'queued', 'sending')
    AND NOT EXISTS (SELECT 1 FROM retractions WHERE notice = NEW.notice)
BEGIN
SELECT RAISE(ABORT, 'two people disagree on a hit of the notice; a third person decides')
    WHERE EXISTS (SELECT 1 FROM notice_hits h JOIN disputed_hits d ON d.hit = h.hit
        WHERE h.notice = NEW.notice);
END
"""
