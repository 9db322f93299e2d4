"""The store refuses what four eyes have not seen, to plain SQL as well."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlite_utils import Database

from crawler.accounts import Account, ApprovalKind, Role
from crawler.errors import InputError, NotAllowedError
from crawler.formats import dump_json
from crawler.store.accounts import record_account_change
from crawler.store.approvals import (
    notice_digest,
    record_approval,
    record_draft,
    record_need,
    record_retraction,
)
from crawler.store.database import open_store, timestamp, writing
from crawler.store.ledger import append_entry
from crawler.store.notice_events import record_notice_event
from crawler.store.notices import record_case
from crawler.takedown import Case, Notice, Recipient
from tests.servers.judged import add_account, now

RECIPIENT = Recipient(site="shop.example", name="示例平台", email="notices@shop.example")
NOTICE = Notice(
    id="N-2026-000001",
    case="c-1",
    kind="dsa",
    language="en",
    hits=(),
    recipient=RECIPIENT,
    subject="Notice",
    text="the exact text",
    drafted_by="张伟",
    drafted_at=now(),
)


@dataclass
class Office:
    db: Database
    people: dict[str, Account]

    def approve(self, who: str, kind: ApprovalKind = "ordinary", notice: Notice = NOTICE) -> None:
        with writing(self.db):
            record_approval(self.db, notice, kind, self.people[who], "looked at", at=now())

    def step(self, event: str, notice: str = NOTICE.id) -> None:
        with writing(self.db):
            record_notice_event(self.db, notice, event, {}, by="x", at=now())

    def insert(self, **changes: object) -> None:
        """Insert an approval by plain SQL, as somebody does who goes round our code."""
        account = self.people["Ann"]
        row = {
            "id": "ap-1",
            "notice": NOTICE.id,
            "sha256": notice_digest(NOTICE),
            "kind": "ordinary",
            "account": account.id,
            "role": account.role,
            "reason": "x",
            "at": timestamp(now()),
            **changes,
        }
        with writing(self.db):
            entry = append_entry(
                self.db, "approval", NOTICE.id, {"approval": "ap-1"}, by="x", at=now()
            )
            self.db.table("approvals").insert({"entry": entry.number, **row})


def draft(db: Database, notice: Notice, author: Account | None) -> None:
    with writing(db):
        db.execute(
            "INSERT INTO notices (id, case_id, kind, record, drafted_by, drafted_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [
                *(notice.id, notice.case, notice.kind, dump_json(notice)),
                *(notice.drafted_by, timestamp(notice.drafted_at)),
            ],
        )
        record_draft(db, notice, author.id if author else None)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    db = open_store(tmp_path / "w.db")
    roles: dict[str, Role] = {
        "张伟": "approver",
        "Ann": "approver",
        "Leo": "legal",
        "Max": "analyst",
        "Ada": "admin",
        "Otto": "auditor",
    }
    people = {name: add_account(db, name, role)[0] for name, role in roles.items()}
    case = Case(id="c-1", seller="s", site="shop.example", holder="h", opened_at=now())
    with writing(db):
        record_case(db, case)
    draft(db, NOTICE, people["张伟"])
    yield Office(db, people)
    db.close()


def refused(match: str) -> pytest.RaisesExc[sqlite3.IntegrityError]:
    return pytest.raises(sqlite3.IntegrityError, match=match)


def test_nothing_is_sent_without_a_second_person(office: Office) -> None:
    steps = ("approved", "queued", "sending", "sent")
    for step in steps[:2]:
        with refused("not been approved by a second person"):
            office.step(step)
    for step in steps[2:]:  # that they follow each other is a rule of its own
        with refused("approved by a second person|only a notice that is"):
            office.step(step)
    office.approve("Ann")
    for step in steps[1:]:
        office.step(step)


@pytest.mark.parametrize("who", ["张伟", "Max", "Otto"])
def test_author_analyst_and_auditor_cannot_approve(office: Office, who: str) -> None:
    with pytest.raises(NotAllowedError, match="cannot"):
        office.approve(who)
    with refused("not been approved"):
        office.step("queued")


@pytest.mark.parametrize("who", ["Ann", "Leo", "Ada"])
def test_others_can(office: Office, who: str) -> None:
    office.approve(who)
    office.step("queued")


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"sha256": "0" * 64}, "not the notice as it was drafted"),
        ({"role": "legal", "kind": "legal"}, "another role"),
        ({"kind": "legal"}, "this role cannot"),
        ({"kind": "Ordinary"}, "this role cannot"),
        ({"account": "a-none"}, "not known"),
        ({"reason": "  "}, "CHECK"),
        ({"entry": 1}, "entry of the ledger"),
        ({"id": "ap-2"}, "entry of the ledger"),
        ({"notice": "N-none"}, "not drafted by an account"),
    ],
)
def test_plain_sql_is_refused_too(office: Office, changes: dict[str, object], match: str) -> None:
    with refused(match):
        office.insert(**changes)
    office.insert()  # what it should have been


def test_the_author_is_the_author_under_any_name_and_role(office: Office) -> None:
    author = replace(office.people["张伟"], name="Wei Zhang", role="legal")
    with writing(office.db):
        record_account_change(office.db, author, by="Ada", at=now())
    with refused("author of a notice cannot"):
        office.insert(account=author.id, role="legal")


def test_a_disabled_account_and_an_old_role_approve_nothing(office: Office) -> None:
    ann = office.people["Ann"]
    with writing(office.db):
        record_account_change(office.db, replace(ann, disabled=True), by="Ada", at=now())
        record_account_change(
            office.db, replace(office.people["Leo"], role="analyst"), by="Ada", at=now()
        )
    with refused("disabled"):
        office.insert()
    with pytest.raises(NotAllowedError, match="has another role"):
        office.approve("Leo")


def test_an_approval_outlives_the_account(office: Office) -> None:
    office.approve("Ann")
    with writing(office.db):
        gone = replace(office.people["Ann"], disabled=True)
        record_account_change(office.db, gone, by="Ada", at=now())
    office.step("queued")


def test_what_nobody_proved_to_have_drafted_is_not_approved(office: Office) -> None:
    other = replace(NOTICE, id="N-2026-000002")
    draft(office.db, other, None)
    with pytest.raises(NotAllowedError, match="draft it again as one"):
        office.approve("Ann", notice=other)


def test_an_approval_is_of_one_notice_alone(office: Office) -> None:
    office.approve("Ann")
    other = replace(NOTICE, id="N-2026-000002")
    draft(office.db, other, office.people["张伟"])
    with refused("not been approved"):
        office.step("queued", other.id)


@pytest.mark.parametrize(("need", "by"), [("legal", "Leo"), ("standing", "Ann")])
def test_further_needs_hold_it_back(office: Office, need: ApprovalKind, by: str) -> None:
    with writing(office.db):
        record_need(office.db, NOTICE.id, need, "so it is", by="x", at=now())
    office.approve("Ann")
    with refused("needs a further approval"):
        office.step("queued")
    office.approve(by, need)
    office.step("queued")


def test_a_legal_approval_alone_is_not_enough(office: Office) -> None:
    with writing(office.db):
        record_need(office.db, NOTICE.id, "legal", "UK", by="x", at=now())
    office.approve("Leo", "legal")
    with refused("not been approved by a second person"):
        office.step("queued")


@pytest.mark.parametrize("event", ["withdrawn", "closed"])
def test_what_was_withdrawn_is_not_sent(office: Office, event: str) -> None:
    office.approve("Ann")
    office.step(event)
    for late in ("queued", "approved", "sending", "sent"):
        with refused("withdrawn or closed|only a notice that is"):
            office.step(late)
    with pytest.raises(NotAllowedError, match="withdrawn or closed cannot be approved"):
        office.approve("Leo")


def test_what_is_being_sent_is_not_withdrawn(office: Office) -> None:
    office.approve("Ann")
    for event in ("queued", "sending"):
        office.step(event)
    with refused("being sent"):
        office.step("withdrawn")
    for event in ("uncertain", "withdrawn"):
        office.step(event)


def test_steps_of_other_names_are_refused(office: Office) -> None:
    for event in ("SENT", "sent ", "mailed"):
        with refused("no step of a notice"):
            office.step(event)


REPLACED = {
    "notices": "INSERT OR REPLACE INTO notices SELECT id, case_id, kind, 'x', drafted_by,"
    " drafted_at FROM notices",
    "notices by row": "INSERT OR REPLACE INTO notices (rowid, id, case_id, kind, record,"
    " drafted_by, drafted_at) SELECT rowid, 'N-x', case_id, kind, 'x', drafted_by, drafted_at"
    " FROM notices",
    "notice_drafts": "INSERT OR REPLACE INTO notice_drafts SELECT notice, sha256, NULL, entry"
    " FROM notice_drafts",
    "notice_needs by row": "INSERT OR REPLACE INTO notice_needs (rowid, notice, need, reason,"
    " entry) SELECT rowid, notice, 'standing', reason, entry FROM notice_needs",
    "approvals": "INSERT OR REPLACE INTO approvals SELECT * FROM approvals",
    "account_changes": "INSERT OR REPLACE INTO account_changes SELECT * FROM account_changes",
    "notice_events": "INSERT OR REPLACE INTO notice_events SELECT * FROM notice_events",
    "ledger": "INSERT OR REPLACE INTO ledger SELECT * FROM ledger LIMIT 1",
}


@pytest.mark.parametrize("statement", REPLACED.values(), ids=REPLACED.keys())
def test_rows_are_not_replaced_on_any_connection(
    office: Office, tmp_path: Path, statement: str
) -> None:
    with writing(office.db):
        record_need(office.db, NOTICE.id, "legal", "UK", by="x", at=now())
    for who in ("Leo", "Ann"):
        office.approve(who, "legal" if who == "Leo" else "ordinary")
    plain = sqlite3.connect(tmp_path / "w.db")
    for execute in (office.db.execute, plain.execute):
        with refused("append-only|follow the newest"):
            execute(statement)
    plain.close()


def test_names_that_look_alike_are_refused_to_plain_sql(office: Office) -> None:
    ann = next(office.db.query("SELECT * FROM current_accounts WHERE name = 'Ann'"))
    with pytest.raises(InputError, match="cannot be told from the account 'Ann'"):
        add_account(office.db, "Αnn", "admin")  # a Greek capital
    row = {**ann, "account": office.people["Leo"].id, "id": None}
    del row["made_at"]
    with refused("looks like it"):
        office.db.table("account_changes").insert(row)


# -- retractions -----------------------------------------------------------------------

RETRACTION = replace(NOTICE, id="N-2026-000009", kind="retraction", text="we withdraw it")


def retract(office: Office, retraction: Notice = RETRACTION, who: str = "Max") -> None:
    draft(office.db, retraction, office.people[who])
    with writing(office.db):
        record_retraction(office.db, retraction, NOTICE.id, office.people[who], at=now())


def sent_and_withdrawn(office: Office) -> None:
    office.approve("Ann")
    for event in ("queued", "sending", "sent", "withdrawn"):
        office.step(event)


def test_a_retraction_needs_one_person(office: Office) -> None:
    sent_and_withdrawn(office)
    retract(office)
    for event in ("queued", "sending", "sent"):
        office.step(event, RETRACTION.id)


@pytest.mark.parametrize(
    ("before", "retraction", "who", "match"),
    [
        (False, RETRACTION, "Max", "was sent and then withdrawn"),
        (True, replace(RETRACTION, kind="dsa"), "Max", "retracts no other"),
        (
            True,
            replace(RETRACTION, recipient=replace(RECIPIENT, email="other@rival.example")),
            "Max",
            "goes to the recipient",
        ),
        (True, RETRACTION, "Otto", "may only read"),
    ],
    ids=["not-sent", "no-retraction", "other-recipient", "auditor"],
)
def test_nothing_else_passes_as_a_retraction(
    office: Office, before: bool, retraction: Notice, who: str, match: str
) -> None:
    if before:
        sent_and_withdrawn(office)
    with pytest.raises(NotAllowedError, match=match):
        retract(office, retraction, who)
    with refused("not been approved"):
        office.step("queued", retraction.id)


def test_a_notice_is_retracted_once(office: Office) -> None:
    sent_and_withdrawn(office)
    retract(office)
    with pytest.raises(NotAllowedError, match="cannot retract"):
        retract(office, replace(RETRACTION, id="N-2026-000010"))
