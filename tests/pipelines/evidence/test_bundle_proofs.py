"""A bundle carries what others stamped of its captures, and checking it checks that too."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from pipelines.evidence.bundle import Exported, export_case
from pipelines.evidence.bundle_check import check_bundle
from pipelines.evidence.keys import make_signing_key
from pipelines.evidence.stamps import stamp_ledger
from pipelines.evidence.trust import load_trust
from pipelines.evidence.verify import check_path
from tests.pipelines.evidence.test_bundle import run_shell
from tests.pipelines.evidence.test_bundle_tampering import broken, files_of, signed_bag
from tests.servers.ledgers import workspace_with
from tests.servers.stored_case import AT, store_case
from tests.servers.tsa import Authority, make_authority, serving


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with serving(make_authority(tmp_path_factory.mktemp("tsa") / "one")) as authority:
        yield authority


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> tuple[Exported, Path]:
    """A bundle with stamped captures, and the workspace that made it."""
    folder = tmp_path_factory.mktemp("sender")
    workspace = workspace_with(folder / "w", authority)
    with workspace.store() as db:
        case = store_case(db, workspace)
    stamp_ledger(workspace)
    with workspace.store() as db:
        done = export_case(db, workspace, case, folder / "b", by="李伟", at=AT)
    return done, workspace.folder


def test_captures_and_judgements_are_proven_to_whoever_trusts_the_authority(
    sent: tuple[Exported, Path], authority: Authority
) -> None:
    checks = list(check_path(sent[0].path, load_trust(None, [authority.root])))
    proven = [c for c in checks if c.state == "proven"]
    assert [c.subject for c in proven] == [
        f"data/proofs/{n}: entry {n}" for n in sorted(map(str, (1, 2, 6, 7)))
    ]
    assert {c.by for c in proven} != {None}
    assert ("captures", "holds") in {(c.what, c.state) for c in checks}
    strange = check_bundle(sent[0].path)
    assert "proven" not in {c.state for c in strange}
    assert broken(strange) == []


def test_its_text_has_the_command_for_the_proofs(sent: tuple[Exported, Path]) -> None:
    text = (sent[0].path / "VERIFY.txt").read_text(encoding="utf-8")
    command = re.findall(r"^    (for folder .*)$", text, flags=re.MULTILINE)[0]
    assert run_shell(command, sent[0].path).count("OK: entry") == 4


def test_a_proof_that_is_signed_but_of_another_entry_is_broken(
    sent: tuple[Exported, Path], tmp_path: Path
) -> None:
    source, key = sent[0].path, make_signing_key(sent[1])
    payload = {n: (source / n).read_bytes() for n in files_of(source) if n.startswith("data/")}
    ledger = payload["data/proofs/ledger.jsonl"].splitlines(keepends=True)
    entries = [line for line in ledger if orjson.loads(line)["number"] != 7]
    for name in [n for n in payload if n.startswith("data/proofs/6/")]:
        payload[name] = payload[name.replace("/6/", "/7/")]
    bag = signed_bag(
        tmp_path / "b", key, {**payload, "data/proofs/ledger.jsonl": b"".join(entries)}
    )
    assert broken(check_bundle(bag))
    whole = signed_bag(tmp_path / "c", key, {**payload, "data/proofs/6/proof.json": b"{}"})
    assert any("data/proofs/6" in line for line in broken(check_bundle(whole)))


def test_a_capture_that_is_broken_inside_is_named_though_it_is_signed(
    sent: tuple[Exported, Path], tmp_path: Path
) -> None:
    source, key = sent
    altered = Path(shutil.copytree(source.path, tmp_path / "b"))
    path = altered / "data" / "captures" / "cap-0000.wacz"
    assert not any("cap-0000" in line for line in broken(check_bundle(altered)))
    path.write_bytes(path.read_bytes()[:-1])
    assert any("cap-0000" in line for line in broken(check_bundle(altered)))
    del key


def test_a_proof_laid_into_a_bundle_hides_nothing(
    sent: tuple[Exported, Path], authority: Authority, tmp_path: Path
) -> None:
    """Told by its content, it stays a bundle: what was changed in it is found."""
    altered = Path(shutil.copytree(sent[0].path, tmp_path / "b"))
    shutil.copytree(altered / "data" / "proofs" / "6", altered, dirs_exist_ok=True)
    (altered / "data" / "judgements.jsonl").write_bytes(b"")
    lines = broken(list(check_path(altered, load_trust(None, [authority.root]))))
    assert any("data/judgements.jsonl" in line for line in lines)
    assert any("proof.json" in line for line in lines)
