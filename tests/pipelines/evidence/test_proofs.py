"""A proof stands alone: the folder is checked without us, and every change of it is found."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.errors import InputError, NotFoundError
from crawler.store.database import now, writing
from crawler.store.ledger import append_entry, canonical, digest_of
from crawler.workspace import Workspace
from pipelines.evidence.checks import Check
from pipelines.evidence.proof_checks import check_proof, is_proof
from pipelines.evidence.proof_folders import write_proof
from pipelines.evidence.proof_text import SCRIPT
from pipelines.evidence.proofs import PROOF, Proof, prove
from pipelines.evidence.stamps import stamp_ledger
from pipelines.evidence.statements import stamps_folder
from pipelines.evidence.trust import Trust, load_trust
from tests.servers.ledgers import (
    broken,
    record_capture,
    record_entries,
    workspace_with,
)
from tests.servers.tsa import Authority, make_authority, serving

HOSTILE = '"\\\u2028\u0007\x1b[31m\n}) 侵权 🐉 \u202e $(rm -rf /) {0}%s'


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with serving(make_authority(tmp_path_factory.mktemp("tsa") / "one")) as authority:
        yield authority


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Workspace:
    """Return one with 11 stamped entries; the 6th is hostile, the 7th a capture."""
    made = workspace_with(tmp_path_factory.mktemp("w") / "w", authority, entries=5)
    with made.store() as db, writing(db):
        append_entry(db, HOSTILE, HOSTILE, {HOSTILE: HOSTILE}, by=HOSTILE, at=now())
    record_capture(made, "c-1", "页面".encode())
    record_entries(made, 4)
    stamp_ledger(made)
    return made


def proof_of(workspace: Workspace, number: int) -> Proof:
    with workspace.store() as db:
        return prove(db, number)


@pytest.fixture
def folder(workspace: Workspace, tmp_path: Path) -> Path:
    """Return the folder of the capture's proof."""
    write_proof(proof_of(workspace, 7), stamps_folder(workspace), tmp_path / "proof")
    return tmp_path / "proof"


@pytest.fixture
def trust(authority: Authority) -> Trust:
    return load_trust(None, [authority.root])


def checked(folder: Path, trust: Trust) -> list[Check]:
    assert is_proof(folder)
    return list(check_proof(folder, trust))


def run_text(folder: Path, text: str) -> list[subprocess.CompletedProcess[str]]:
    """Run every command of a VERIFY.txt but the one that wants a file of the reader's own."""
    commands = re.findall(r"^ {4}(.+)$", text, flags=re.MULTILINE)
    return [
        subprocess.run(
            ["bash", "-c", line], cwd=folder, capture_output=True, text=True, check=False
        )
        for line in commands
        if not line.endswith("FILE")
    ]


@pytest.mark.parametrize("number", [1, 6, 7, 11])
def test_each_entry_proves_its_place_alone(
    workspace: Workspace, tmp_path: Path, trust: Trust, number: int
) -> None:
    write_proof(proof_of(workspace, number), stamps_folder(workspace), tmp_path / "p")
    checks = checked(tmp_path / "p", trust)
    assert broken(checks) == []
    [proven] = [c for c in checks if c.state == "proven"]
    assert (proven.subject, proven.by) == (f"entry {number}", "CN=Example TSA")
    done = run_text(tmp_path / "p", (tmp_path / "p" / "VERIFY.txt").read_text("utf-8"))
    assert [d.returncode for d in done] == [0, 0, 0], done
    assert done[0].stdout.startswith(f"OK: entry {number} lies under the root")
    assert "Verification: OK" in done[2].stdout


def test_the_text_is_plain_whatever_the_entry_says(workspace: Workspace, tmp_path: Path) -> None:
    write_proof(proof_of(workspace, 6), stamps_folder(workspace), tmp_path / "p")
    text = (tmp_path / "p" / "VERIFY.txt").read_text("utf-8")
    assert not re.search("[\x00-\x09\x0b-\x1f\u2028\u202e]", text)
    assert "之前已经存在" in text


def test_the_script_reads_digests_as_we_make_them() -> None:
    """It makes the JSON anew by Python's own means, which must give the same bytes."""
    made = re.search(r"body = (json\.dumps\(.*\))\.encode\(\)", SCRIPT)
    assert made is not None

    @settings(max_examples=40, deadline=None)
    @given(st.dictionaries(st.text(), st.text() | st.integers(-(2**53), 2**53)), st.text())
    def same(record: dict[str, str | int], text: str) -> None:
        entry = {"number": 5, "kind": text, "record": canonical(record).decode(), "by": text}
        import_ = {"json": __import__("json"), "entry": entry}
        assert eval(made[1], import_).encode() == canonical(entry)

    same()


def test_without_a_trusted_root_it_holds_and_says_why(folder: Path) -> None:
    [told] = [c for c in checked(folder, Trust()) if c.by]
    assert told.state == "holds"
    assert "not one that you trust" in told.detail


def test_another_trusted_root_makes_no_proof(folder: Path, tmp_path: Path) -> None:
    other = make_authority(tmp_path / "other")
    assert "proven" not in {c.state for c in checked(folder, load_trust(None, [other.root]))}


def test_the_capture_is_told_when_it_lies_beside(folder: Path, trust: Trust) -> None:
    what = "the file that the entry is about"
    [absent] = [c for c in checked(folder, trust) if c.what == what]
    assert absent.state == "unproven"
    (folder / "page.wacz").write_bytes("页面".encode())
    (folder / "other.wacz").write_bytes("面页".encode())
    checks = checked(folder, trust)
    assert [(c.state, c.subject) for c in checks if c.what == what] == [("holds", "page.wacz")]
    assert [c.state for c in checks if c.subject == "other.wacz"] == ["unproven"]


def test_every_byte_of_the_folder_is_covered(folder: Path, trust: Trust) -> None:
    positions = 0
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        for place in range(0, len(content), max(1, len(content) // 30)):
            changed = bytearray(content)
            changed[place] ^= 0x01
            path.write_bytes(changed)
            checks = checked(folder, trust)
            if not broken(
                checks
            ):  # the name that we gave to the authority is no part of what is proven
                assert path.name == PROOF
                assert b"TSA 1" not in changed or "甲".encode() not in changed
                assert [c.by for c in checks if c.state == "proven"] == ["CN=Example TSA"]
            positions += 1
        path.write_bytes(content)
    assert positions > 200
    assert broken(checked(folder, trust)) == []


def test_each_missing_file_is_found(folder: Path, trust: Trust) -> None:
    for path in [p for p in folder.iterdir() if p.name != PROOF]:
        content = path.read_bytes()
        path.unlink()
        assert any(path.name in line for line in broken(checked(folder, trust)))
        path.write_bytes(content)


def rewritten(folder: Path, change: dict[str, object]) -> None:
    """Write the proof with some keys changed, in its own form."""
    path = folder / PROOF
    data = orjson.loads(path.read_bytes()) | change
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    path.write_bytes(orjson.dumps(data, option=options))


def other_entry(folder: Path, *, number: int = 7) -> dict[str, object]:
    """Return the entry with another record and a digest that fits."""
    entry = orjson.loads((folder / PROOF).read_bytes())["entry"]
    entry |= {"record": '{"sha256":"00"}', "number": number}
    keys = ("number", "kind", "subject", "record", "by", "at", "previous")
    return {**entry, "digest": digest_of(*(entry[key] for key in keys))}


def test_an_entry_made_up_with_its_digest_is_found_by_us_and_by_the_script(
    folder: Path, trust: Trust
) -> None:
    rewritten(folder, {"entry": other_entry(folder)})
    assert any("its path leads to the root" in line for line in broken(checked(folder, trust)))
    assert "proven" not in {c.state for c in checked(folder, trust) if "entry 7, " in c.what}
    done = subprocess.run(
        [sys.executable, folder / "check_proof.py"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr.strip()) == (1, "BROKEN: the path leads to another root")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"path": []}, "expected 4 hashes"),
        ({"path": ["zz"] * 4}, "hexadecimal"),
        ({"path": ["00" * 32] * 5}, "expected 4 hashes"),
        ({"stamp": "st-0"}, "do not say the same"),
        ({"index": 5}, "do not say the same"),
        ({"size": 12}, "do not say the same"),
        ({"root": "00" * 32}, "do not say the same"),
        ({"files": {}}, "does not name it"),
        ({"files": {"../secret": "00"}}, "expected the name of a file in the folder"),
        ({"format": "markhound-proof-9"}, "expected the format"),
        ({"receipts": "none"}, "expected a proof"),
        ({"more": 1}, "not written as Markhound writes it"),
    ],
)
def test_a_proof_that_does_not_fit_is_broken(
    folder: Path, trust: Trust, change: dict[str, object], said: str
) -> None:
    rewritten(folder, change)
    found = broken(checked(folder, trust))
    assert any(said in line for line in found), found


def test_pipes_and_links_are_not_read(folder: Path, trust: Trust, tmp_path: Path) -> None:
    """A pipe would be waited for without end, a link leads out of the folder."""
    for name in ("statement.json", "VERIFY.txt"):
        kept = tmp_path / name
        (folder / name).rename(kept)
        os.mkfifo(folder / name)
        assert any("expected a regular file" in line for line in broken(checked(folder, trust)))
        (folder / name).unlink()
        (folder / name).symlink_to(kept)
        assert any(name in line or "symbolic" in line for line in broken(checked(folder, trust)))
        (folder / name).unlink()
        kept.rename(folder / name)
    os.mkfifo(folder / "pipe")
    assert [c.state for c in checked(folder, trust) if c.subject == "pipe"] == ["unproven"]


@pytest.mark.parametrize("number", [-1, 0, 12, 10**9])
def test_the_script_and_we_refuse_an_entry_of_elsewhere(
    folder: Path, trust: Trust, number: int
) -> None:
    rewritten(folder, {"entry": other_entry(folder, number=number)})
    assert broken(checked(folder, trust))
    done = subprocess.run(
        [sys.executable, folder / "check_proof.py"], capture_output=True, text=True, check=False
    )
    assert "the statement is not about this entry" in done.stderr


def test_numbers_beyond_all_bounds_are_no_proof(folder: Path, trust: Trust) -> None:
    data = (folder / PROOF).read_bytes()
    for number in (b"99999999999999999999999", b"1e300", b"-1e30", b"7.0", b"NaN"):
        (folder / PROOF).write_bytes(data.replace(b'"number": 7', b'"number": ' + number))
        assert broken(checked(folder, trust))
    statement = (folder / "statement.json").read_bytes()
    (folder / PROOF).write_bytes(data)
    (folder / "statement.json").write_bytes(statement.replace(b'"last":11', b'"last":1e30'))
    assert broken(checked(folder, trust))


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"\xff\xfe", b"{" * 9999, b'{"format": 1}', b"9" * 99]
)
def test_what_is_no_proof_is_broken(folder: Path, trust: Trust, data: bytes) -> None:
    (folder / PROOF).write_bytes(data)
    [line] = broken(checked(folder, trust))
    assert "expected a proof" in line


def test_openssl_wants_the_time_when_the_certificate_has_expired(tmp_path: Path) -> None:
    """The text gives the time, so its command holds for ever."""
    with serving(make_authority(tmp_path / "tsa", seconds=2)) as short:
        made = workspace_with(tmp_path / "w", short, entries=1)
        stamp_ledger(made)
    time.sleep(2.5)
    write_proof(proof_of(made, 1), stamps_folder(made), tmp_path / "p")
    text = (tmp_path / "p" / "VERIFY.txt").read_text("utf-8")
    assert [d.returncode for d in run_text(tmp_path / "p", text)] == [0, 0, 0]
    without = re.sub(r" -attime \d+", "", text)
    assert [d.returncode for d in run_text(tmp_path / "p", without)] == [0, 0, 1]
    assert "proven" in {c.state for c in checked(tmp_path / "p", load_trust(None, [short.root]))}


def test_nobody_vouches_yet(tmp_path: Path, authority: Authority) -> None:
    workspace = workspace_with(tmp_path / "w", authority, entries=1)
    with pytest.raises(NotFoundError, match="entry 1 is not stamped yet"):
        proof_of(workspace, 1)
    with pytest.raises(NotFoundError, match="no entry 2"):
        proof_of(workspace, 2)
    authority.status = 500
    try:
        stamp_ledger(workspace)
    finally:
        authority.status = 200
    with pytest.raises(NotFoundError, match="stamp --retry"):
        proof_of(workspace, 1)


def test_a_folder_with_something_in_it_is_left_alone(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "mine").touch()
    with pytest.raises(InputError, match="new or an empty folder"):
        write_proof(proof_of(workspace, 1), stamps_folder(workspace), tmp_path / "p")
    assert [p.name for p in (tmp_path / "p").iterdir()] == ["mine"]


def test_nothing_is_written_from_a_stamp_that_was_changed(
    workspace: Workspace, tmp_path: Path
) -> None:
    proof = proof_of(workspace, 1)
    stamps = tmp_path / "stamps"
    shutil.copytree(stamps_folder(workspace), stamps)
    (stamps / proof.stamp / "statement.json").write_text("{}")
    with pytest.raises(InputError, match=r"statement\.json was changed"):
        write_proof(proof, stamps, tmp_path / "p")
    assert not (tmp_path / "p").exists()
