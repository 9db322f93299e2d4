"""What others hand over is believed after it was checked, kept as theirs, and answered."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from crawler.errors import InputError, NotAllowedError
from crawler.model import Seller
from crawler.store.database import writing
from crawler.store.handover import (
    find_imported_cases,
    find_imported_hits,
    find_receipts,
)
from crawler.store.hits import find_hits
from crawler.store.ledger import find_entries
from crawler.store.notices import load_case, record_case
from crawler.takedown import Case
from crawler.workspace import Workspace, make_workspace
from pipelines.evidence.bundle import Exported, export_case
from pipelines.evidence.bundle_check import check_bundle
from pipelines.evidence.imported import check_imported
from pipelines.evidence.imports import Answered, Desk, imported_folder
from pipelines.evidence.keys import make_signing_key, parse_public_key, revoke_key, trust_key
from pipelines.evidence.receipts import parse_receipt, take_receipt
from tests.pipelines.evidence.test_bundle_tampering import signed_bag
from tests.servers import stored_case
from tests.servers.stored_case import AT, store_case

LATER = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
TABLES = ("cases", "imported_cases", "imported_hits", "hits", "judgements")


@dataclass(frozen=True)
class Office:
    workspace: Workspace
    db: Database

    @property
    def desk(self) -> Desk:
        return Desk(db=self.db, workspace=self.workspace, by="安娜", at=LATER)

    def counts(self) -> dict[str, int]:
        return {table: self.db.table(table).count for table in TABLES}


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Exported, Path]:
    """A bundle, and the workspace that made it."""
    folder = tmp_path_factory.mktemp("sender")
    workspace = make_workspace(folder / "w")
    with workspace.store() as db:
        case = store_case(db, workspace)
        done = export_case(db, workspace, case, folder / "b", by="李伟", at=AT)
    return done, workspace.folder


@pytest.fixture
def sent(exported: tuple[Exported, Path]) -> Exported:
    return exported[0]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    workspace = make_workspace(tmp_path / "w")
    with workspace.store() as db:
        yield Office(workspace, db)


def trust(office: Office, sent: Exported, name: str = "北京 office") -> None:
    key = parse_public_key((sent.path / "signing.pub").read_bytes(), "signing.pub")
    with writing(office.db):
        trust_key(office.db, key, name=name, by="安娜", at=LATER)


def test_a_bundle_of_a_known_key_is_accepted(office: Office, sent: Exported) -> None:
    trust(office, sent)
    done = office.desk.take_in(sent.path)
    assert (done.outcome, done.case, done.bundle) == ("accepted", sent.case, sent.bundle)
    assert ("signature", "proven") in {(c.what, c.state) for c in done.checks}
    assert load_case(office.db, sent.case).seller == "优品 Best Bags"
    (imported,) = find_imported_cases(office.db, case=sent.case)
    assert (imported.origin, imported.exported_by, imported.by) == (sent.key, "李伟", "安娜")
    assert done.folder == imported_folder(office.workspace, sent.bundle)
    assert {c.state for c in check_bundle(done.folder)} == {"unproven", "holds"}
    kinds = [(e.kind, e.subject) for e in find_entries(office.db)]
    assert ("import", sent.case) in kinds
    assert ("receipt", sent.case) in kinds


def test_a_seller_of_ten_thousand_letters_is_handed_over(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "卖家\u202e\x00\r\nBcc: x@y.example\n" + "店" * 10_000
    monkeypatch.setattr(stored_case, "SELLER", Seller(name=name, id="s-77"))
    workspace = make_workspace(tmp_path / "other")
    with workspace.store() as db:
        case = store_case(db, workspace, captures=False)
        done = export_case(db, workspace, case, tmp_path / "b", by="李伟", at=AT)
    assert office.desk.take_in(done.path).outcome == "accepted"
    kept = load_case(office.db, case).seller
    assert (len(kept), kept[:5], kept[-2:]) == (2_000, name[:5], "店…")
    assert name.encode()[-30_000:] in (done.path / "data" / "listings.jsonl").read_bytes()
    for text in ("README.txt", "bag-info.txt", "data/case-summary.txt"):
        assert not {"\u202e", "\0"} & set((done.path / text).read_text(encoding="utf-8")), text


def test_judgements_of_others_stay_theirs(office: Office, sent: Exported) -> None:
    office.desk.take_in(sent.path)
    theirs = list(find_imported_hits(office.db, sent.bundle))
    assert [(hit.decision, hit.judged_by) for hit in theirs] == [("infringing", "李伟")] * 2
    assert (office.counts()["hits"], office.counts()["judgements"]) == (0, 0)
    assert find_hits(office.db, office.workspace.pictures) == []


def test_a_bundle_of_an_unknown_key_is_taken_in_and_says_so(office: Office, sent: Exported) -> None:
    done = office.desk.take_in(sent.path)
    assert done.outcome == "accepted"
    assert "does not know" in next(c.detail for c in done.checks if c.state == "unproven")


def test_importing_twice_doubles_nothing(office: Office, sent: Exported) -> None:
    office.desk.take_in(sent.path)
    before = office.counts()
    again = office.desk.take_in(sent.path)
    assert (again.outcome, again.folder) == (
        "merged",
        imported_folder(office.workspace, sent.bundle),
    )
    assert office.counts() == before
    assert [r.outcome for r in find_receipts(office.db, sent.bundle)] == ["accepted", "merged"]


def test_a_case_that_is_here_is_merged(office: Office, sent: Exported) -> None:
    store_case(office.db, office.workspace)
    done = office.desk.take_in(sent.path)
    assert done.outcome == "merged"
    assert office.counts()["cases"] == 1
    assert office.counts()["judgements"] == 2


def test_hits_that_are_here_make_it_merged(office: Office, sent: Exported) -> None:
    office.db.execute("INSERT INTO rights VALUES ('TM-0001', '2026')")
    hit = re.findall(r"h-[0-9a-f]{16}", (sent.path / "data" / "hits.jsonl").read_text())[0]
    url = "https://shop.example/p/0"
    with writing(office.db):
        office.db.execute("INSERT INTO hits VALUES (?, 'listing', ?, 'TM-0001')", [hit, url])
    assert office.desk.take_in(sent.path).outcome == "merged"


def test_a_case_of_other_parties_with_its_id_is_returned(office: Office, sent: Exported) -> None:
    with writing(office.db):
        ours = Case(id=sent.case, seller="x", site="other.example", holder="y", opened_at=AT)
        record_case(office.db, ours)
    done = office.desk.take_in(sent.path)
    assert (done.outcome, done.case, done.folder) == ("returned", sent.case, None)
    assert "is of y on other.example here" in done.receipt.statement.reasons[0]
    assert not imported_folder(office.workspace, sent.bundle).exists()
    assert office.counts()["imported_cases"] == 0


def test_a_broken_bundle_is_returned_with_the_reasons(
    office: Office, sent: Exported, tmp_path: Path
) -> None:
    altered = Path(shutil.copytree(sent.path, tmp_path / "b"))
    (altered / "data" / "captures" / "cap-0001.wacz").write_bytes(b"other")
    done = office.desk.take_in(altered)
    assert (done.outcome, done.case, done.folder) == ("returned", None, None)
    (reason,) = done.receipt.statement.reasons
    assert reason.startswith("data/captures/cap-0001.wacz: expected ")
    assert set(office.counts().values()) == {0}
    assert not (office.workspace.folder / "evidence" / "imported").exists()
    assert [e.kind for e in find_entries(office.db)] == ["key", "receipt"]
    kept = parse_receipt(done.receipt_file.read_bytes(), "receipt")
    assert kept.statement == done.receipt.statement


def test_very_many_reasons_are_cut(office: Office, sent: Exported, tmp_path: Path) -> None:
    altered = Path(shutil.copytree(sent.path, tmp_path / "b"))
    for number in range(300):
        (altered / "data" / f"more-{number}").write_text("")
    reasons = office.desk.take_in(altered).receipt.statement.reasons
    assert (len(reasons), reasons[-1]) == (100, "and 201 more")


def test_a_revoked_key_is_believed_no_longer(office: Office, sent: Exported) -> None:
    trust(office, sent)
    with writing(office.db):
        revoke_key(office.db, sent.key[:8], reason="stolen", by="安娜", at=LATER)
    done = office.desk.take_in(sent.path)
    assert done.outcome == "returned"
    assert "revoked on 2026-11-30: stolen" in done.receipt.statement.reasons[0]
    with pytest.raises(InputError, match="was revoked"):
        trust(office, sent)


def test_what_is_no_bundle_is_refused(office: Office, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"with its bagit\.txt"):
        office.desk.take_in(tmp_path / "empty")
    (tmp_path / "empty" / "bagit.txt").write_text("")
    with pytest.raises(InputError, match="nothing says which bundle"):
        office.desk.take_in(tmp_path / "empty")


def test_a_person_can_return_a_bundle(office: Office, sent: Exported) -> None:
    done = office.desk.turn_back(sent.path, ["不属我们管辖"])
    assert (done.outcome, done.case) == ("returned", sent.case)
    assert done.receipt.statement.reasons == ("不属我们管辖",)
    assert office.counts()["imported_cases"] == 0


def test_a_kept_copy_that_was_changed_is_replaced(office: Office, sent: Exported) -> None:
    folder = office.desk.take_in(sent.path).folder
    assert folder is not None
    (folder / "README.txt").write_text("?")
    assert office.desk.take_in(sent.path).outcome == "merged"
    assert (folder / "README.txt").read_bytes() == (sent.path / "README.txt").read_bytes()


# -- receipts ----------------------------------------------------------------------------


@pytest.fixture
def answered(office: Office, sent: Exported) -> Answered:
    return office.desk.take_in(sent.path)


@pytest.fixture
def sender(exported: tuple[Exported, Path], tmp_path: Path) -> Iterator[Office]:
    """The workspace that made the bundle, as it was then."""
    workspace = make_workspace(Path(shutil.copytree(exported[1], tmp_path / "sender")))
    with workspace.store() as db:
        yield Office(workspace, db)


def take(sender: Office, data: bytes) -> bool:
    with writing(sender.db):
        return take_receipt(sender.db, parse_receipt(data, "r"), by="李伟", at=LATER).new


def test_the_sender_takes_the_receipt_in(sender: Office, answered: Answered) -> None:
    with writing(sender.db):
        trust_key(sender.db, answered.receipt.key, name="上海", by="李伟", at=LATER)
    data = answered.receipt_file.read_bytes()
    assert take(sender, data)
    assert not take(sender, data)
    (kept,) = find_receipts(sender.db, answered.bundle)
    assert (kept.direction, kept.outcome, kept.record["by"]) == ("taken", "accepted", "安娜")
    assert [e.kind for e in find_entries(sender.db)][-2:] == ["key", "receipt"]


def test_a_receipt_of_an_unknown_key_is_not_taken_in(sender: Office, answered: Answered) -> None:
    with pytest.raises(NotAllowedError, match="does not know"):
        take(sender, answered.receipt.data)
    assert find_receipts(sender.db, answered.bundle) == []


def test_a_receipt_of_a_revoked_key_is_not_taken_in(sender: Office, answered: Answered) -> None:
    key = answered.receipt.key
    with writing(sender.db):
        trust_key(sender.db, key, name="上海", by="李伟", at=LATER)
        revoke_key(sender.db, key.fingerprint, reason="lost", by="李伟", at=LATER)
    with pytest.raises(NotAllowedError, match="revoked on 2026-11-30: lost"):
        take(sender, answered.receipt.data)


def test_a_receipt_for_a_bundle_of_others_is_not_taken_in(
    office: Office, answered: Answered
) -> None:
    with pytest.raises(NotAllowedError, match="was not made here"):
        take(office, answered.receipt.data)


def test_every_flipped_byte_of_a_receipt_is_refused(answered: Answered) -> None:
    data = answered.receipt.data
    parse_receipt(data, "r")
    for position in range(len(data)):
        altered = bytearray(data)
        altered[position] ^= 1 << position % 7
        with pytest.raises((InputError, NotAllowedError)):
            parse_receipt(bytes(altered), "r")
    for other in (data[:-1], data + b"\n", b"", b"{}", b"[" * 100_000):
        with pytest.raises((InputError, NotAllowedError)):
            parse_receipt(other, "r")


def test_openssl_agrees_on_a_receipt(answered: Answered, tmp_path: Path) -> None:
    command = (
        "jq -j .statement r.json > statement; jq -j .key r.json > key.pub;"
        " jq -r .signature r.json | base64 -d > signature;"
        " openssl pkeyutl -verify -pubin -inkey key.pub -rawin -in statement -sigfile signature"
    )
    shutil.copyfile(answered.receipt_file, tmp_path / "r.json")
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "Signature Verified Successfully\n", done.stderr


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"opened_at": "2026-11-22T01:02:03.000000Z"', '"opened_at": "0001-01-01T00:00:00+14:00"'),
        ('"opened_at": "2026-11-22T01:02:03.000000Z"', '"opened_at": "2026-11-22T01:02:03"'),
        ('"exported_by": "李伟"', '"exported_by": "\\ud800"'),
        ('"seller": "优品 Best Bags"', '"seller": "\\ud800"'),
    ],
)
def test_values_that_cannot_be_stored_are_returned(
    office: Office, exported: tuple[Exported, Path], tmp_path: Path, old: str, new: str
) -> None:
    sent, sender = exported
    names = [p for p in (sent.path / "data").rglob("*") if p.is_file()]
    files = {p.relative_to(sent.path).as_posix(): p.read_bytes() for p in names}
    about = files["data/case.json"].decode()
    assert old in about
    files["data/case.json"] = about.replace(old, new).encode()
    bag = signed_bag(tmp_path / "b", make_signing_key(sender), files)
    assert office.desk.take_in(bag).outcome == "returned"


# -- checked again -----------------------------------------------------------------------


def test_cases_of_others_are_checked_where_they_are_kept(office: Office, sent: Exported) -> None:
    trust(office, sent)
    folder = office.desk.take_in(sent.path).folder
    assert folder is not None
    check, rows = check_imported(office.db, office.workspace)
    assert (check.what, check.state) == ("imported case", "proven")
    assert (rows.state, rows.detail) == ("holds", "2 hits are as they came")
    with writing(office.db):
        moment = LATER + timedelta(days=1)
        revoke_key(office.db, sent.key, reason="stolen", by="安娜", at=moment)
    check, _ = check_imported(office.db, office.workspace)
    assert (check.state, "revoked later" in (check.by or "")) == ("proven", True)
    (folder / "data" / "hits.jsonl").unlink()
    (check,) = check_imported(office.db, office.workspace)
    assert (check.state, check.detail) == ("broken", "data/hits.jsonl: the file is missing")
    shutil.rmtree(folder)
    (check,) = check_imported(office.db, office.workspace)
    assert (check.state, "not there any more" in check.detail) == ("broken", True)


def test_another_bundle_in_its_place_is_found(
    office: Office, exported: tuple[Exported, Path], tmp_path: Path
) -> None:
    sent, sender = exported
    folder = office.desk.take_in(sent.path).folder
    assert folder is not None
    shutil.rmtree(folder)
    workspace = make_workspace(Path(shutil.copytree(sender, tmp_path / "sender")))
    with workspace.store() as db:
        export_case(db, workspace, sent.case, folder, by="李伟", at=LATER)
    (check,) = check_imported(office.db, office.workspace)
    assert (check.state, "another bundle" in check.detail) == ("broken", True)
