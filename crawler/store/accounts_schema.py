"""Tables of accounts, approvals and cases, and the triggers that hold people to four eyes.

What a trigger refuses is refused to the command line, to the console and to plain SQL alike.
"""

TABLES = """
CREATE TABLE accounts (
    id TEXT PRIMARY KEY,
    made_at TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES ledger(number)
) STRICT;
CREATE TABLE account_changes (
    id INTEGER PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts(id),
    name TEXT NOT NULL,
    folded TEXT NOT NULL,
    skeleton TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('analyst', 'approver', 'legal', 'admin', 'auditor')),
    passphrase TEXT NOT NULL,
    disabled INTEGER NOT NULL CHECK (disabled IN (0, 1)),
    by TEXT NOT NULL,
    at TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES ledger(number)
) STRICT;
CREATE INDEX account_changes_by_account ON account_changes (account, id);
CREATE VIEW current_accounts AS
    SELECT c.*, a.made_at FROM account_changes c JOIN accounts a ON a.id = c.account
    WHERE c.id = (SELECT max(id) FROM account_changes WHERE account = c.account);
CREATE TABLE tokens (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts(id),
    sha256 TEXT NOT NULL UNIQUE,
    expires_at TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES ledger(number)
) STRICT;
CREATE TABLE token_ends (
    token TEXT PRIMARY KEY REFERENCES tokens(id),
    by TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;
CREATE TABLE sign_ins (
    id INTEGER PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts(id),
    outcome TEXT NOT NULL CHECK (outcome IN ('tried', 'passed')),
    at TEXT NOT NULL
) STRICT;
CREATE INDEX sign_ins_by_account ON sign_ins (account, id);
CREATE TABLE notice_drafts (
    notice TEXT PRIMARY KEY REFERENCES notices(id),
    sha256 TEXT NOT NULL,
    account TEXT REFERENCES accounts(id),
    entry INTEGER NOT NULL REFERENCES ledger(number)
) STRICT;
CREATE TABLE notice_needs (
    notice TEXT NOT NULL REFERENCES notices(id),
    need TEXT NOT NULL CHECK (need IN ('legal', 'standing')),
    reason TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES ledger(number),
    PRIMARY KEY (notice, need)
) STRICT;
CREATE TABLE approvals (
    id TEXT PRIMARY KEY,
    notice TEXT NOT NULL REFERENCES notices(id),
    sha256 TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('ordinary', 'legal', 'standing')),
    account TEXT NOT NULL REFERENCES accounts(id),
    role TEXT NOT NULL,
    reason TEXT NOT NULL CHECK (trim(reason) <> ''),
    at TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES ledger(number)
) STRICT;
CREATE INDEX approvals_by_notice ON approvals (notice, kind);
CREATE TABLE considerations (
    id INTEGER PRIMARY KEY,
    notice TEXT NOT NULL REFERENCES notices(id),
    hit TEXT NOT NULL REFERENCES hits(id),
    exception TEXT NOT NULL,
    applies INTEGER NOT NULL CHECK (applies IN (0, 1)),
    result TEXT NOT NULL,
    by TEXT NOT NULL,
    account TEXT REFERENCES accounts(id),
    at TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES ledger(number)
) STRICT;
CREATE INDEX considerations_by_notice ON considerations (notice, id);
CREATE TABLE retractions (
    notice TEXT PRIMARY KEY REFERENCES notices(id),
    withdrawn TEXT NOT NULL UNIQUE REFERENCES notices(id),
    account TEXT NOT NULL REFERENCES accounts(id),
    entry INTEGER NOT NULL REFERENCES ledger(number)
) STRICT;
CREATE TABLE case_hits (
    case_id TEXT NOT NULL REFERENCES cases(id),
    hit TEXT NOT NULL REFERENCES hits(id),
    at TEXT NOT NULL,
    PRIMARY KEY (case_id, hit)
) STRICT;
CREATE TABLE case_events (
    id INTEGER PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases(id),
    event TEXT NOT NULL,
    record TEXT NOT NULL,
    by TEXT NOT NULL,
    account TEXT REFERENCES accounts(id),
    at TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES ledger(number)
) STRICT;
CREATE INDEX case_events_by_case ON case_events (case_id, id)
"""

APPEND_ONLY = (
    "accounts",
    "account_changes",
    "tokens",
    "token_ends",
    "sign_ins",
    "notice_drafts",
    "notice_needs",
    "approvals",
    "considerations",
    "retractions",
    "case_hits",
    "case_events",
)

NEVER_REPLACED = {
    "ledger": ("number", "digest"),
    "notices": ("id",),
    "notice_events": ("id",),
    "judgements": ("id",),
    "accounts": ("id",),
    "account_changes": ("id",),
    "tokens": ("id", "sha256"),
    "token_ends": ("token",),
    "sign_ins": ("id",),
    "notice_hits": ("notice+hit",),
    "notice_drafts": ("notice",),
    "notice_needs": ("notice+need",),
    "approvals": ("id",),
    "considerations": ("id",),
    "retractions": ("notice", "withdrawn"),
    "case_events": ("id",),
}
"""Tables whose rows INSERT OR REPLACE would put others in place of: it deletes without a trigger's
leave unless the connection asks for recursive triggers. Table -> its unique columns; ``a+b`` are
unique together."""

EVENTS = (
    "checked",
    "approved",
    "queued",
    "cancelled",
    "sending",
    "sent",
    "failed",
    "uncertain",
    "acknowledged",
    "decided",
    "countered",
    "bounced",
    "restored",
    "withdrawn",
    "closed",
)

_ACTIVE = "(SELECT role FROM current_accounts WHERE account = NEW.account AND disabled = 0)"
_HAPPENED = "EXISTS (SELECT 1 FROM notice_events WHERE notice = NEW.notice AND event IN ({}))"
_EXACTLY = """
    (SELECT a.kind FROM approvals a JOIN notice_drafts d ON d.notice = a.notice
     WHERE a.notice = NEW.notice AND a.sha256 = d.sha256)
"""

TRIGGERS = (
    """
    CREATE TRIGGER account_names_differ BEFORE INSERT ON account_changes
    WHEN EXISTS (SELECT 1 FROM current_accounts WHERE account <> NEW.account
        AND (folded = NEW.folded OR skeleton = NEW.skeleton))
    BEGIN SELECT RAISE(ABORT, 'another account has that name, or one that looks like it'); END
    """,
    f"""
    CREATE TRIGGER approvals_have_four_eyes BEFORE INSERT ON approvals
    BEGIN
    SELECT RAISE(ABORT, 'the notice was not drafted by an account; draft it again as one')
        WHERE NOT EXISTS (SELECT 1 FROM notice_drafts
            WHERE notice = NEW.notice AND account IS NOT NULL);
    SELECT RAISE(ABORT, 'what was approved is not the notice as it was drafted')
        WHERE NEW.sha256 IS NOT (SELECT sha256 FROM notice_drafts WHERE notice = NEW.notice);
    SELECT RAISE(ABORT, 'the author of a notice cannot approve it')
        WHERE NEW.account IS (SELECT account FROM notice_drafts WHERE notice = NEW.notice);
    SELECT RAISE(ABORT, 'the account is not known, is disabled, or has another role')
        WHERE NEW.role IS NOT {_ACTIVE};
    SELECT RAISE(ABORT, 'this role cannot give this approval')
        WHERE NOT (NEW.role = 'legal'
            OR (NEW.role IN ('approver', 'admin') AND NEW.kind IN ('ordinary', 'standing')));
    SELECT RAISE(ABORT, 'a notice that was sent, withdrawn or closed cannot be approved')
        WHERE {_HAPPENED.format("'sent', 'withdrawn', 'closed'")};
    SELECT RAISE(ABORT, 'an approval must be an entry of the ledger')
        WHERE NOT EXISTS (SELECT 1 FROM ledger WHERE number = NEW.entry AND kind = 'approval'
            AND subject = NEW.notice AND record ->> '$.approval' = NEW.id);
    END
    """,
    f"""
    CREATE TRIGGER notice_events_are_known BEFORE INSERT ON notice_events
    WHEN NEW.event NOT IN ({", ".join(f"'{event}'" for event in EVENTS)})
    BEGIN SELECT RAISE(ABORT, 'no step of a notice is called so'); END
    """,
    f"""
    CREATE TRIGGER nothing_is_sent_without_approval BEFORE INSERT ON notice_events
    WHEN NEW.event IN ('approved', 'queued', 'sending', 'sent')
        AND NOT EXISTS (SELECT 1 FROM retractions WHERE notice = NEW.notice)
    BEGIN
    SELECT RAISE(ABORT, 'the notice has not been approved by a second person')
        WHERE 'ordinary' NOT IN {_EXACTLY};
    SELECT RAISE(ABORT, 'the notice needs a further approval (legal, or of the standing)')
        WHERE EXISTS (SELECT 1 FROM notice_needs
            WHERE notice = NEW.notice AND need NOT IN {_EXACTLY});
    END
    """,
    f"""
    CREATE TRIGGER what_was_withdrawn_is_not_sent BEFORE INSERT ON notice_events
    WHEN NEW.event IN ('approved', 'queued', 'sending', 'sent')
        AND {_HAPPENED.format("'withdrawn', 'closed'")}
    BEGIN SELECT RAISE(ABORT, 'the notice was withdrawn or closed'); END
    """,
    """
    CREATE TRIGGER what_is_doubted_is_not_sent BEFORE INSERT ON notice_events
    WHEN NEW.event IN ('approved', 'queued', 'sending')
        AND NOT EXISTS (SELECT 1 FROM retractions WHERE notice = NEW.notice)
    BEGIN
    SELECT RAISE(ABORT, 'a hit of the notice is not judged infringing any more')
        WHERE EXISTS (SELECT 1 FROM notice_hits h WHERE h.notice = NEW.notice
            AND 'infringing' IS NOT (SELECT decision FROM judgements j
                WHERE j.hit = h.hit ORDER BY j.rowid DESC LIMIT 1));
    SELECT RAISE(ABORT, 'an exception was found to apply to a hit of the notice')
        WHERE EXISTS (SELECT 1 FROM considerations c WHERE c.notice = NEW.notice AND c.applies = 1
            AND c.id = (SELECT max(id) FROM considerations
                WHERE notice = c.notice AND hit = c.hit AND exception = c.exception));
    END
    """,
    """
    CREATE TRIGGER what_is_being_sent_is_not_withdrawn BEFORE INSERT ON notice_events
    WHEN NEW.event = 'withdrawn' AND 'sending' IS (SELECT event FROM notice_events
        WHERE notice = NEW.notice AND event <> 'checked' ORDER BY id DESC LIMIT 1)
    BEGIN SELECT RAISE(ABORT, 'the notice is being sent; withdraw it when that has ended'); END
    """,
    f"""
    CREATE TRIGGER retractions_are_of_what_was_sent BEFORE INSERT ON retractions
    BEGIN
    SELECT RAISE(ABORT, 'a retraction is of a notice that was sent and then withdrawn')
        WHERE NOT EXISTS (SELECT 1 FROM notice_events
                WHERE notice = NEW.withdrawn AND event = 'withdrawn')
            OR NOT EXISTS (SELECT 1 FROM notice_events
                WHERE notice = NEW.withdrawn AND event IN ('sent', 'uncertain'));
    SELECT RAISE(ABORT, 'a retraction goes to the recipient of the notice, and retracts no other')
        WHERE NOT EXISTS (SELECT 1 FROM notices r JOIN notices w ON w.id = NEW.withdrawn
            WHERE r.id = NEW.notice AND r.kind = 'retraction' AND w.kind <> 'retraction'
            AND r.record ->> '$.recipient' = w.record ->> '$.recipient');
    SELECT RAISE(ABORT, 'the account is not known, is disabled, or may only read')
        WHERE coalesce({_ACTIVE}, 'auditor') = 'auditor';
    END
    """,
)


def never_replaced(table: str, columns: tuple[str, ...]) -> str:
    """Return the trigger that keeps INSERT OR REPLACE from putting a row in another's place."""
    keys = (key.split("+") for key in (*columns, "rowid"))
    terms = " OR ".join(" AND ".join(f"{name} = NEW.{name}" for name in key) for key in keys)
    return (
        f"CREATE TRIGGER {table}_refuses_replace BEFORE INSERT ON {table}"
        f" WHEN EXISTS (SELECT 1 FROM {table} WHERE {terms})"
        f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )


KEPT = tuple(never_replaced(table, columns) for table, columns in NEVER_REPLACED.items())
"""The triggers of ``NEVER_REPLACED``."""
