"""A bundle of a case whose notice was sent: answers, looks and relistings go along."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import orjson
import pytest

from crawler.model import TargetState
from crawler.store.answers import Answer, record_answer, record_answer_decision
from crawler.store.database import now, writing
from crawler.store.looks import Relisting, StoredLook, record_look, record_relisting
from crawler.workspace import make_workspace
from pipelines.evidence.bundle import export_case
from pipelines.evidence.bundle_check import check_bundle
from tests.servers.ledgers import broken
from tests.servers.notices import CASE, SOME_TIME_AGO, a_listing, approved_notices, see

NOTICE = "N-2026-000001"
MAIL = "From: desk@shop.example\n\n已删除\n".encode()
BACK = "https://shop.example/p/9"


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """Return the bundle of a case with a mail that a person took for an answer, and a relisting."""
    workspace = make_workspace(tmp_path / "w")
    approved_notices(workspace.folder)
    digest = hashlib.sha256(MAIL).hexdigest()
    (workspace.folder / "answers").mkdir()
    (workspace.folder / "answers" / f"{digest}.eml").write_bytes(MAIL)
    answer = Answer(
        id=digest, content=digest, file=f"answers/{digest}.eml", size=len(MAIL), source="eml",
        received_at=SOME_TIME_AGO, sender="desk@shop.example", subject="", message_id=None,
        notice=None, matched_by=None, kind="reply", suggestion=None, clock_from=None,
    )  # fmt: skip
    with workspace.store() as db:
        see(db, a_listing(BACK), "w-2")
        see(db, a_listing("https://shop.example/p/1", title="changed"), "w-3")
        found = {
            row["sweep"]: row["id"]
            for row in db.query("SELECT id, sweep FROM sightings WHERE sweep <> 'w-1'")
        }
        with writing(db):
            record_answer(db, answer)
            record_answer_decision(db, digest, NOTICE, "removed", by="wei", at=now())
            record_look(
                db,
                StoredLook(
                    notice=NOTICE, url="https://shop.example/p/1", state=TargetState.SEEN,
                    kind="listing", reason=None, verdict="up", sweep="w-3", sighting=found["w-3"],
                    at=SOME_TIME_AGO,
                ),
            )  # fmt: skip
            record_relisting(
                db,
                Relisting(
                    id="r-1", case=CASE, old="https://shop.example/p/1", new=BACK,
                    sighting=found["w-2"], reasons=("the same seller",), found_at=SOME_TIME_AGO,
                ),
            )  # fmt: skip
        export_case(db, workspace, CASE, tmp_path / "b", by="wei", at=now())
    return tmp_path / "b"


def lines(bundle: Path, name: str) -> list[dict[str, Any]]:
    return [*map(orjson.loads, (bundle / "data" / f"{name}.jsonl").read_bytes().splitlines())]


def test_what_a_person_took_for_an_answer_goes_along_as_it_came(bundle: Path) -> None:
    assert broken(check_bundle(bundle)) == []
    rest = {str(line["table"]): line for line in lines(bundle, "rest")}
    assert {"answers", "answer_decisions", "approvals", "looks", "relistings"} <= rest.keys()
    [name] = rest["answers"]["files"]
    assert (bundle / name).read_bytes() == MAIL
    kinds = {line["kind"] for line in lines(bundle, "proofs/ledger")}
    assert {"answer", "answer-decision", "approval", "look", "relisting"} <= kinds


def test_what_was_seen_when_it_was_looked_at_again_goes_along(bundle: Path) -> None:
    assert {line["sweep"] for line in lines(bundle, "listings")} == {"w-1", "w-2", "w-3"}
    assert {line["id"] for line in lines(bundle, "sweeps")} == {"w-1", "w-2", "w-3"}
    assert BACK in {line["url"] for line in lines(bundle, "listings")}


def test_no_secret_of_the_workspace_goes_along(bundle: Path) -> None:
    secrets = [b"argon2", *(p.read_bytes()[28:60] for p in (bundle.parent / "w" / "keys").iterdir()
               if p.suffix in (".pem", ".key"))]  # fmt: skip
    assert len(secrets) > 1
    for path in bundle.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert not any(secret in content for secret in secrets), path
