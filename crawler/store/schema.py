"""The schema, as versioned migrations; a published migration is never edited.

Steps only grow: triggers refuse UPDATE and DELETE on every table but ``frontier`` (what a sweep has
still to fetch), ``visits``, ``picture_visits``, ``lastmods`` and ``doubts`` (what was there last
time, and what sites said of it), ``site_requests`` and ``site_spent`` (counts), ``listing_keys``
and ``listing_keys_read`` (made from sightings), ``web_sessions``, ``sign_in_tries`` (who is signed
in, and who tried), ``preferences``, ``tip_texts`` (which can be cleared), the queue
(``queue_schema.NO_RECORDS``) and what is counted from the others (``figures_schema.NO_RECORDS``),
which are no records. What is current is the newest row of ``right_versions``, ``hit_findings``,
``standing_judgements``, ``sweep_ends``, never an edited one.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlite_utils import Database, Migrations

from crawler.store import (
    accounts_schema,
    crawl_schema,
    desk_schema,
    digests_schema,
    draws_schema,
    figures_schema,
    first_schema,
    handover_schema,
    lessons_schema,
    listing_keys_schema,
    queue_schema,
    retention_schema,
    review_schema,
    schedule_schema,
    tips_schema,
)
from crawler.store.delivery_schema import DELIVERY, DELIVERY_RECORDS, ONE_CLAIM
from crawler.store.ledger_schema import CHAINED, LEDGER, NEVER_REPLACED
from crawler.store.queue_rows import rebuild_queue
from crawler.store.right_facts import fill_right_facts
from crawler.store.seller_contacts import record_known_sellers
from crawler.store.stamps_schema import STAMPS
from crawler.store.web_sessions_schema import SESSIONS

migrations = Migrations("markhound")
FRONTIER = "m0002_frontier"
"""From this one on, a sweep keeps what it has still to fetch."""


@migrations()
def m0001_first(db: Database) -> None:
    """Rights, sweeps, listings, hits, judgements, cases, notices."""
    _run(db, first_schema.FIRST)
    _make_append_only(db, first_schema.APPEND_ONLY)


@migrations()
def m0002_frontier(db: Database) -> None:
    """Keep on disk what is still to be fetched: a sweep that stopped or was killed can go on."""
    _run(db, crawl_schema.FRONTIER)
    _make_append_only(db, ("sweep_ends", "sweep_resumes", "listing_addresses"))


@migrations()
def m0003_visits(db: Database) -> None:
    """Remember what pages were when they were last fetched."""
    _run(db, crawl_schema.VISITS)


@migrations()
def m0004_site_requests(db: Database) -> None:
    """Count what a sweep asked of each site: what a listing cost."""
    _run(db, crawl_schema.SITE_REQUESTS)


@migrations()
def m0005_pages(db: Database) -> None:
    """Sightings of pages that are no listings."""
    db.execute("ALTER TABLE sightings ADD COLUMN target TEXT NOT NULL DEFAULT 'listing'")


@migrations()
def m0005_nights(db: Database) -> None:
    """Remember what is gone, when a page was last had in full, and what sites say and spend."""
    _run(db, crawl_schema.NIGHTS)


@migrations()
def m0006_looks(db: Database) -> None:
    """Remember the pictures that a page had, when they were looked at, and what was not had."""
    _run(db, crawl_schema.LOOKS)


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


@migrations()
def m0010_lessons(db: Database) -> None:
    """Keep what people taught beside the registry's files: licensees, generic words."""
    _run(db, lessons_schema.TABLES)
    _make_append_only(db, ("lessons",))
    db.execute(lessons_schema.UNDOING)
    db.execute(accounts_schema.never_replaced("lessons", ("id", "undoes")))


@migrations()
def m0011_listing_keys(db: Database) -> None:
    """Find listings by what they share, without reading them all."""
    _run(db, listing_keys_schema.TABLES)


@migrations()
def m0011_web_sessions(db: Database) -> None:
    """Keep who is signed in to the console."""
    _run(db, SESSIONS)


@migrations()
def m0012_review(db: Database) -> None:
    """Keep what people prefer and what is looked at twice; find the ledger's entries by kind."""
    _run(db, review_schema.PREFERENCES)
    _run(db, review_schema.SECOND_LOOKS)
    _run(db, review_schema.AUDIT)
    _make_append_only(db, review_schema.SECOND_LOOK_RECORDS)
    db.execute(review_schema.BY_ANOTHER)
    for kept in review_schema.SECOND_LOOKS_KEPT.items():
        db.execute(accounts_schema.never_replaced(*kept))


@migrations()
def m0012_queue(db: Database) -> None:
    """Keep the queue and what is done in it: leases, places, views, undone judgements, bulks."""
    _run(db, queue_schema.RECORDS)
    _make_append_only(db, queue_schema.APPEND_ONLY)
    for kept in queue_schema.NEVER_REPLACED.items():
        db.execute(accounts_schema.never_replaced(*kept))
    for rule in queue_schema.RULES:
        db.execute(rule)
    _run(db, queue_schema.DERIVED)
    _run(db, queue_schema.AT_WORK)
    rebuild_queue(db)


@migrations()
def m0012_desk(db: Database) -> None:
    """Keep who offers what and by what sellers are known, and find cases by what is in them."""
    _run(db, desk_schema.TABLES)
    record_known_sellers(db)
    _make_append_only(db, desk_schema.RECORDS)


@migrations()
def m0012_console_sweeps(db: Database) -> None:
    """Keep figures of rights, hits and sweeps, and which sweeps the console started."""
    _run(db, figures_schema.TABLES)
    for trigger in figures_schema.triggers():
        db.execute(trigger)
    for filled in figures_schema.FILLED:
        db.execute(filled)
    fill_right_facts(db)
    _run(db, figures_schema.STARTS)
    _make_append_only(db, figures_schema.RECORDS)
    for started in figures_schema.RECORDS:
        db.execute(accounts_schema.never_replaced(started, ("id",)))


@migrations()
def m0013_disputes(db: Database) -> None:
    """Refuse to send what is disputed."""
    db.execute(review_schema.NOT_SENT)


@migrations()
def m0013_matched_anew(db: Database) -> None:
    """Count a hit once in a sweep whose sightings were matched anew."""
    db.execute("DROP TRIGGER hit_states_found")
    for trigger in figures_schema.triggers():
        if trigger.startswith("CREATE TRIGGER hit_states_found "):
            db.execute(trigger)
    db.execute("DELETE FROM site_yields")
    db.execute(figures_schema.YIELDS)


@migrations()
def m0014_schedule(db: Database) -> None:
    """Keep which runs of campaigns were planned, and how each ended."""
    _run(db, schedule_schema.TABLES)
    _make_append_only(db, schedule_schema.RECORDS)
    for kept in schedule_schema.NEVER_REPLACED.items():
        db.execute(accounts_schema.never_replaced(*kept))


@migrations()
def m0015_digests(db: Database) -> None:
    """Keep what was told to whom, so that nothing is told twice."""
    _run(db, digests_schema.TABLES)
    _make_append_only(db, digests_schema.RECORDS)
    for kept in digests_schema.NEVER_REPLACED.items():
        db.execute(accounts_schema.never_replaced(*kept))
    for rule in digests_schema.RULES:
        db.execute(rule)


@migrations()
def m0018_retention(db: Database) -> None:
    """Keep what was erased by a rule, and refuse to erase what is needed."""
    _run(db, retention_schema.TABLES)
    _make_append_only(db, retention_schema.RECORDS)
    for kept in retention_schema.NEVER_REPLACED.items():
        db.execute(accounts_schema.never_replaced(*kept))
    for rule in retention_schema.RULES:
        db.execute(rule)


@migrations()
def m0016_tips(db: Database) -> None:
    """Keep tips, and apart from them who told them."""
    _run(db, tips_schema.TABLES)
    _make_append_only(db, tips_schema.RECORDS)
    for kept in tips_schema.NEVER_REPLACED.items():
        db.execute(accounts_schema.never_replaced(*kept))
    db.execute(tips_schema.ORIGINALS)


@migrations()
def m0016_draws(db: Database) -> None:
    """Keep draws by lot, and what the inspections found."""
    _run(db, draws_schema.TABLES)
    _make_append_only(db, draws_schema.RECORDS)
    for kept in draws_schema.NEVER_REPLACED.items():
        db.execute(accounts_schema.never_replaced(*kept))
    db.execute(draws_schema.BY_LOT)


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
