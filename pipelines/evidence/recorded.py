"""Which tables say what entries of the ledger say, and how: by this their rows are compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from crawler.store.accounts_schema import EVENTS
from crawler.store.digests_schema import EVENTS as DIGEST_EVENTS
from crawler.store.stamps import RECEIPT, STAMP

HAND: Mapping[str, str] = MappingProxyType({"by": "by", "at": "at"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """A table whose rows each have an entry."""

    kinds: tuple[str, ...]
    """Of the entries that each have a row here; as GLOB has them."""
    subject: tuple[str, ...]
    """Columns, one of which is the entry's subject; none: it is in no column."""
    hand: Mapping[str, str] = field(default_factory=dict)
    """Columns that are the entry's ``by`` and ``at``."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Columns that the entry's record has under another name."""
    members: Mapping[str, str] = field(default_factory=dict)
    """Columns whose value is one of a list in the entry's record."""
    later: tuple[str, ...] = ()
    """Columns that are empty where the entry does not speak of them: it is older than they are."""
    record: Literal["whole", "part"] | None = None
    """What the column ``record`` is of the entry's record; None: something else."""
    event: str | None = None
    """What stands before the column ``event`` in the entry's kind."""
    entry: str = 't."entry"'
    """The number of a row's entry, in SQL."""
    missing: str = 'number NOT IN (SELECT "entry" FROM "{table}" WHERE "entry" IS NOT NULL)'
    """Tells an entry that has no row, in SQL."""


_JUDGEMENT = "CASE WHEN json_valid(record) THEN record ->> '$.judgement' END"

RECORDED: Mapping[str, Recorded] = MappingProxyType(
    {
        "captures": Recorded(
            kinds=("capture",), subject=("id",), names={"at": "begun_at"}, record="part"
        ),
        "judgements": Recorded(
            kinds=("judgement",),
            subject=("hit",),
            hand={"judged_by": "by", "judged_at": "at"},
            names={"id": "judgement"},
            later=("cause", "bulk"),
            entry=(
                "(SELECT number FROM ledger WHERE kind = 'judgement' AND subject = t.hit"
                f" AND {_JUDGEMENT} = t.id)"
            ),
            missing=(
                f"{_JUDGEMENT} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM judgements"
                f" WHERE id = {_JUDGEMENT} AND hit = subject)"
            ),
        ),
        "undone_judgements": Recorded(kinds=("judgement-undone",), subject=("hit",), hand=HAND),
        "bulks": Recorded(kinds=("bulk-drawn",), subject=("grp",), hand=HAND, names={"id": "bulk"}),
        "bulk_looks": Recorded(kinds=("bulk-look",), subject=("hit",), hand=HAND),
        "lessons": Recorded(
            kinds=("lesson", "lesson-undone"),
            subject=("right_id",),
            hand=HAND,
            names={"id": "lesson"},
        ),
        "notices": Recorded(
            kinds=("notice-drafted",),
            subject=("id",),
            hand={"drafted_by": "by", "drafted_at": "at"},
            names={"case_id": "case"},
            entry="(SELECT entry FROM notice_drafts WHERE notice = t.id)",
            missing="subject NOT IN (SELECT id FROM notices)",
        ),
        "notice_drafts": Recorded(kinds=("notice-drafted",), subject=("notice",)),
        "notice_needs": Recorded(kinds=("notice-need",), subject=("notice",)),
        "notice_events": Recorded(
            kinds=tuple(f"notice-{event}" for event in EVENTS),
            subject=("notice",),
            hand=HAND,
            record="whole",
            event="notice-",
        ),
        "approvals": Recorded(
            kinds=("approval",), subject=("notice",), hand={"at": "at"}, names={"id": "approval"}
        ),
        "considerations": Recorded(
            kinds=("consideration",), subject=("notice",), hand=HAND, members={"hit": "hits"}
        ),
        "retractions": Recorded(kinds=("retraction",), subject=("notice",)),
        "case_events": Recorded(
            kinds=("case-*",), subject=("case_id",), hand=HAND, record="whole", event="case-"
        ),
        "outbox": Recorded(kinds=("notice-queued",), subject=("notice",), hand={"queued_at": "at"}),
        "answers": Recorded(
            kinds=("answer",),
            subject=("notice", "id"),
            hand={"received_at": "at"},
            names={"id": "sha256"},
        ),
        "answer_decisions": Recorded(kinds=("answer-decision",), subject=("answer",), hand=HAND),
        "looks": Recorded(kinds=("look",), subject=("notice",), hand={"at": "at"}),
        "relistings": Recorded(
            kinds=("relisting",),
            subject=("case_id",),
            hand={"found_at": "at"},
            names={"old_url": "old", "new_url": "new"},
        ),
        "key_events": Recorded(kinds=("key",), subject=("fingerprint",), hand=HAND),
        "exports": Recorded(kinds=("export",), subject=("case_id",), hand=HAND),
        "imported_cases": Recorded(
            kinds=("import",), subject=("case_id",), hand=HAND, names={"origin": "key"}
        ),
        "receipts": Recorded(
            kinds=("receipt",), subject=(), hand=HAND, names={"digest": "receipt"}
        ),
        "accounts": Recorded(kinds=("account-added",), subject=("id",), hand={"made_at": "at"}),
        "account_changes": Recorded(
            kinds=("account-added", "account-changed"),
            subject=("account",),
            hand=HAND,
            names={"passphrase": ""},  # stands in no entry
        ),
        "tokens": Recorded(kinds=("token-made",), subject=("account",), names={"id": "token"}),
        "second_look_draws": Recorded(kinds=("second-looks-drawn",), subject=("id",), hand=HAND),
        "second_look_answers": Recorded(kinds=("second-look",), subject=(), hand=HAND),
        "console_starts": Recorded(kinds=("sweep-started",), subject=("id",), hand=HAND),
        "console_stops": Recorded(kinds=("sweep-stopped",), subject=("start",), hand=HAND),
        "erasures": Recorded(kinds=("erased",), subject=("file",), hand=HAND),
        "digests": Recorded(kinds=("digest",), subject=("id",), hand={"at": "at"}),
        "digest_events": Recorded(
            kinds=tuple(f"digest-{event}" for event in DIGEST_EVENTS),
            subject=("digest",),
            hand=HAND,
            record="whole",
            event="digest-",
        ),
        "tips": Recorded(kinds=("tip",), subject=("id",), hand=HAND, names={"right_id": "right"}),
        "tip_events": Recorded(
            kinds=("tip-*",), subject=("tip",), hand=HAND, record="whole", event="tip-"
        ),
        "draw_seeds": Recorded(kinds=("draw-seed",), subject=("sha256",), hand=HAND),
        "draws": Recorded(kinds=("draw",), subject=("id",), hand=HAND),
        "inspections": Recorded(kinds=("inspection",), subject=("draw",), hand=HAND),
        "stamps": Recorded(kinds=(STAMP,), subject=("id",), hand={"at": "at"}),
        "stamp_receipts": Recorded(kinds=(RECEIPT,), subject=("stamp",), hand={"at": "at"}),
    }
)
"""A table that refers to the ledger and is not among these is compared by its columns' names."""
