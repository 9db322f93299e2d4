"""Tables of what leaves the house and what comes back: outbox, answers, looks, relistings."""

DELIVERY = """
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    notice TEXT NOT NULL REFERENCES notices(id),
    channel TEXT NOT NULL,
    destination TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    message_id TEXT NOT NULL,
    queued_at TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES ledger(number)
) STRICT;
CREATE INDEX outbox_by_notice ON outbox (notice, id);
CREATE INDEX outbox_by_message_id ON outbox (message_id);
CREATE INDEX outbox_by_destination ON outbox (destination);
CREATE INDEX notice_events_by_event ON notice_events (event, at);
CREATE TABLE answers (
    id TEXT PRIMARY KEY,
    content TEXT NOT NULL UNIQUE,
    file TEXT NOT NULL,
    size INTEGER NOT NULL,
    source TEXT NOT NULL,
    received_at TEXT NOT NULL,
    sender TEXT NOT NULL,
    subject TEXT NOT NULL,
    message_id TEXT,
    notice TEXT REFERENCES notices(id),
    matched_by TEXT,
    kind TEXT NOT NULL,
    suggestion TEXT,
    clock_from TEXT,
    record TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES ledger(number)
) STRICT;
CREATE INDEX answers_by_notice ON answers (notice, received_at);
CREATE TABLE answer_decisions (
    id INTEGER PRIMARY KEY,
    answer TEXT NOT NULL REFERENCES answers(id),
    notice TEXT REFERENCES notices(id),
    decided_as TEXT NOT NULL,
    by TEXT NOT NULL,
    at TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES ledger(number)
) STRICT;
CREATE INDEX answer_decisions_by_answer ON answer_decisions (answer, id);
CREATE TABLE looks (
    id INTEGER PRIMARY KEY,
    notice TEXT NOT NULL REFERENCES notices(id),
    url TEXT NOT NULL,
    state TEXT NOT NULL,
    kind TEXT,
    reason TEXT,
    verdict TEXT NOT NULL,
    sweep TEXT NOT NULL REFERENCES sweeps(id),
    sighting TEXT REFERENCES sightings(id),
    at TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES ledger(number)
) STRICT;
CREATE INDEX looks_by_url ON looks (url, at);
CREATE INDEX looks_by_notice ON looks (notice, url, id);
CREATE TABLE relistings (
    id TEXT PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases(id),
    old_url TEXT NOT NULL,
    new_url TEXT NOT NULL,
    sighting TEXT NOT NULL REFERENCES sightings(id),
    reasons TEXT NOT NULL,
    found_at TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES ledger(number),
    UNIQUE (case_id, new_url)
) STRICT
"""

DELIVERY_RECORDS = ("outbox", "answers", "answer_decisions", "looks", "relistings")

_NEWEST = """
(SELECT event FROM notice_events WHERE notice = NEW.notice AND event != 'checked'
 ORDER BY id DESC LIMIT 1)
"""

ONE_CLAIM = (
    f"""
CREATE TRIGGER sending_follows_queued BEFORE INSERT ON notice_events
WHEN NEW.event = 'sending' AND {_NEWEST} IS NOT 'queued'
BEGIN SELECT RAISE(ABORT, 'only a notice that is queued can be sent'); END
""",
    f"""
CREATE TRIGGER sent_follows_sending BEFORE INSERT ON notice_events
WHEN NEW.event = 'sent' AND coalesce({_NEWEST}, '') NOT IN ('sending', 'uncertain')
BEGIN SELECT RAISE(ABORT, 'only a notice that is being sent can have been sent'); END
""",
    f"""
CREATE TRIGGER queued_once BEFORE INSERT ON notice_events
WHEN NEW.event = 'queued' AND (
    {_NEWEST} IN ('queued', 'uncertain', 'sent') OR EXISTS (
        SELECT 1 FROM notice_events WHERE notice = NEW.notice AND event = 'sent'))
BEGIN SELECT RAISE(ABORT, 'a notice that is queued, sent or uncertain is not queued again'); END
""",
)
"""The claim of a sending: of two programs that want it, the store lets one have it. What was sent,
or may have been, never goes out again by itself."""
