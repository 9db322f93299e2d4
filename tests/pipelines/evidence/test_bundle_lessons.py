"""What people taught of rights goes into bundles with the cases that these rights are about."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crawler.accounts import Actor
from crawler.model import GenericWord, Licensee
from crawler.store.accounts_schema import EVENTS as STEPS
from crawler.store.database import writing
from crawler.store.lessons import record_lesson, undo_lesson
from crawler.workspace import make_workspace
from pipelines.evidence.bundle import export_case
from pipelines.evidence.bundle_check import check_bundle
from pipelines.evidence.bundle_entries import check_entries
from pipelines.evidence.bundle_texts import EVENTS
from tests.servers.stored_case import AT, store_case

LATER = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
LI = Actor(name="李伟")


def lines(bundle: Path, name: str) -> list[dict[str, Any]]:
    text = (bundle / "data" / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_what_was_taught_of_the_rights_goes_along_and_what_was_taken_back(tmp_path: Path) -> None:
    seller = Licensee(seller="官方店 Official\u202e", site="shop.example")
    workspace = make_workspace(tmp_path / "w")
    with workspace.store() as db:
        case = store_case(db, workspace)
        with writing(db):
            taught = record_lesson(db, "TM-0001", seller, LI, reason="合同 12", at=AT)
            word = GenericWord(word="皮 bag", nice_class=18)
            record_lesson(db, "TM-0001", word, LI, reason="usual", at=AT)
            undo_lesson(db, taught.id, LI, reason="合同已终止", at=LATER)
        done = export_case(db, workspace, case, tmp_path / "b", by="李伟", at=LATER)
    rows = [line["row"] for line in lines(done.path, "rest") if line["table"] == "lessons"]
    assert len(rows) == 3
    kinds = [entry["kind"] for entry in lines(done.path, "proofs/ledger")]
    assert kinds[-3:] == ["lesson", "lesson", "lesson-undone"]
    summary = (done.path / "data" / "case-summary.txt").read_text(encoding="utf-8")
    english, _, chinese = summary.partition("-" * 70)
    assert (
        "Taught of TM-0001: licensed, seller 官方店 Official[U+202E], site shop.example\n"
        "   by: 李伟 (name as given), 2026-11-22T01:02:03.000000Z\n   reason: 合同 12\n"
        "   taken back: 李伟 (name as given), 2026-11-30T08:00:00.000000Z, 合同已终止\n"
    ) in english
    assert "经验规则，TM-0001：通用词 皮 bag，商品类别 18\n" in chinese
    assert "broken" not in {c.state for c in check_bundle(done.path)}
    forged = done.path / "data" / "rest.jsonl"
    forged.write_text(forged.read_text(encoding="utf-8").replace("合同 12", "合同 13"))
    assert any("合同 13" in one.detail for one in check_entries(done.path))


def test_every_step_of_a_notice_has_a_name_in_chinese() -> None:
    assert EVENTS.keys() == {*STEPS}
