"""Captures from a page on loopback to a WACZ on disk, and its row and entry."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.errors import InputError
from crawler.model import TargetState
from crawler.render import find_chromium
from crawler.store.captures import (
    find_captures,
    find_newest_capture,
    load_capture,
    record_capture,
)
from crawler.store.database import writing
from crawler.store.ledger import find_entries
from pipelines.evidence.capture import Wanted, capture_all
from pipelines.evidence.keeping import keep_capture
from pipelines.evidence.trust import Trust
from pipelines.evidence.unfinished import sweep_up
from pipelines.evidence.verify import check_workspace
from pipelines.evidence.wacz import check_wacz
from tests.servers import captured
from tests.servers.captured import is_broken
from tests.servers.stored_case import store_case
from tests.servers.tiny_shop import Answer, listing_page

BIN = Path(sys.executable).parent


def test_redirect_page_photograph_and_text_are_in_one_wacz(tmp_path: Path) -> None:
    workspace = captured.workspace_in(tmp_path)
    with captured.shop() as shop:
        wanted = Wanted(url=f"{shop.url}/moved", allow_private=True)
        [made] = capture_all(
            workspace, [wanted], purpose="a test", operator="li", browser=find_chromium()
        )
    path = workspace.folder / made.file
    assert (made.state, made.proof, made.doubts) == (TargetState.SEEN, True, ())
    assert not is_broken(check_wacz(path))
    records = captured.records_of(path)
    plain = [block for kind, url, block in records if kind == "response"][:2]
    assert plain[0].startswith(b"HTTP/1.1 302 ")
    assert plain[0].endswith(b"\r\nLocation: /p\r\nContent-Length: 0\r\n\r\n")
    assert plain[1].startswith(b"HTTP/1.1 200 OK\r\nServer: BaseHTTP/")
    kinds = {url.split(":http")[0]: block for kind, url, block in records if kind == "resource"}
    assert kinds["urn:fullPage"].startswith(b"\x89PNG")
    assert "奥雷利奥 Aurelio bag" in kinds["urn:text"].decode()
    assert "奥雷利奥 Aurelio bag" in kinds["urn:view"].decode()
    assert b"User-Agent: Markhound" in next(b for k, _, b in records if k == "request")
    with workspace.store() as db:
        assert find_captures(db, url=f"{shop.url}/moved") == [made]
        [entry] = find_entries(db)
    said = json.loads(entry.record)
    assert (entry.kind, entry.subject, entry.by) == ("capture", made.id, "li")
    assert (said["sha256"], said["proof"], said["state"]) == (made.sha256, True, "seen")
    assert said["datapackage"] in captured.files_of(path)["datapackage-digest.json"].decode()


def test_tools_of_others_agree_and_the_instructions_run_as_they_stand(tmp_path: Path) -> None:
    workspace = captured.workspace_in(tmp_path)
    keep_capture(workspace, captured.material())
    [path] = workspace.captures.glob("*.wacz")
    text = captured.files_of(path)["capture/VERIFY.txt"].decode()
    commands = re.findall(r"^    (\S.*)$", text, re.MULTILINE)
    assert len(commands) == 11
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"}
    der = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
           "-nodes", "-subj", "/CN=shop.example", "-outform", "DER",
           "-keyout", "key.pem", "-out", "certificate.der"]  # fmt: skip
    subprocess.run(der, cwd=path.parent, check=True, capture_output=True)
    said = {}
    for command in commands:
        done = subprocess.run(
            ["/bin/sh", "-c", command], cwd=path.parent, env=environment, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        said[command] = done.stdout
    digests = [value for command, value in said.items() if "datapackage" in command]
    assert digests[0].split()[0] in digests[1]
    assert any("the passed WACZ is valid" in value for value in said.values())
    passes, records = (value for command, value in said.items() if "grep -c" in command)
    assert passes == records == "5\n"
    assert any("urn:certificate:1:https://shop.example/p/1" in value for value in said.values())


def test_the_same_material_gives_the_same_archive(tmp_path: Path) -> None:
    made = []
    for name in ("a", "b"):
        workspace = captured.workspace_in(tmp_path / name)
        keep_capture(workspace, captured.material())
        [path] = workspace.captures.glob("*.wacz")
        kept = captured.records_of(path)
        made.append([record for record in kept if not record[1].startswith("urn:capture:")])
    assert made[0] == made[1]


NOTHING = {
    "/nothing": ("gone", "it does not show the page: HTTP 404"),
    "/refused": ("blocked", "it does not show the page: HTTP 403"),
    "/empty": ("seen", "it shows an empty page"),
    "/challenge": ("blocked", "a challenge ("),
    "/forbidden": ("skipped", "robots.txt forbids"),
}


def test_what_shows_nothing_is_kept_and_is_no_proof_and_pages_keep_their_order(
    tmp_path: Path,
) -> None:
    challenge = (Path(__file__).parent.parent / "pages" / "challenge_zh.html").read_bytes()
    workspace = captured.workspace_in(tmp_path)
    more = {
        "robots.txt": Answer("User-agent: *\nDisallow: /forbidden\n"),
        "refused": Answer("no", status=403),
        "empty": Answer("<html><body></body></html>"),
        "challenge": Answer(challenge),
        "q": listing_page("Bag", picture="/a.png"),
        "a.png": Answer(b"\x89PNG", headers={"Content-Type": "image/png"}),
    }
    with captured.shop(**more) as shop:
        wanted = [Wanted(url=shop.url + path, allow_private=True) for path in NOTHING]
        wanted.insert(2, Wanted(url="http://10.0.0.1/p"))
        expected = list(NOTHING.values())
        expected.insert(2, ("skipped", "10.0.0.1 is not a public address"))
        wanted.append(Wanted(url=f"{shop.url}/q", allow_private=True))
        made = capture_all(workspace, wanted, purpose="a test", operator="li", browser=None)
    assert [one.url for one in made] == [one.url for one in wanted]
    records = captured.records_of(workspace.folder / made.pop().file)
    asked = [url for kind, url, _ in records if kind == "request"]
    assert asked == [f"{shop.url}/q", f"{shop.url}/a.png"], "pictures, as no browser loads them"
    for one, (state, doubt) in zip(made, expected, strict=True):
        assert (one.state.value, one.proof) == (state, False)
        assert doubt in "; ".join(one.doubts)
        assert captured.told(workspace.folder / one.file)["doubts"] == list(one.doubts)
        assert not is_broken(check_wacz(workspace.folder / one.file))


def test_what_is_no_url_is_refused(tmp_path: Path) -> None:
    workspace = captured.workspace_in(tmp_path)
    with pytest.raises(InputError, match="expected a URL"):
        capture_all(
            workspace, [Wanted(url="nonsense")], purpose="a test", operator="li", browser=None
        )


def test_a_file_that_no_row_names_is_swept_up_and_a_row_is_made_once(tmp_path: Path) -> None:
    workspace = captured.workspace_in(tmp_path)
    first = keep_capture(workspace, captured.material())
    assert keep_capture(workspace, captured.material()) == first
    left = [workspace.captures / name for name in ("c-1.wacz", ".c-2.wacz-half")]
    for path in left:
        path.write_bytes(b"half")
    sweep_up(workspace)
    assert [path.name for path in workspace.captures.glob("*.wacz")] == [f"{first[0].id}.wacz"]
    assert not any(path.exists() for path in left)


_KILLED = """
import os, sys
from pathlib import Path
from crawler.workspace import open_workspace
from pipelines.evidence import keeping
from tests.servers import captured
def dies(*args, **more):
    os.kill(os.getpid(), 9)
setattr(keeping, sys.argv[2], dies)
keeping.keep_capture(open_workspace(Path(sys.argv[1])), captured.material())
"""


@pytest.mark.parametrize("step", ["write_wacz", "record_capture"])
def test_killed_half_way_no_capture_counts(tmp_path: Path, step: str) -> None:
    workspace = captured.workspace_in(tmp_path)
    root = Path(__file__).parent.parent.parent
    command = [sys.executable, "-c", _KILLED, str(workspace.folder), step]
    assert subprocess.run(command, cwd=root, check=False).returncode == -9, shlex.join(command)
    with workspace.store() as db:
        assert find_captures(db) == []
        assert list(find_entries(db)) == []
    sweep_up(workspace)
    assert list(workspace.captures.glob("*c-*")) == []
    [made] = keep_capture(workspace, captured.material())
    assert not is_broken(check_wacz(workspace.folder / made.file))


def test_what_no_row_names_is_laid_aside_and_told(tmp_path: Path) -> None:
    """Where an older database was put back, it is the only evidence of what came since."""
    workspace = captured.workspace_in(tmp_path)
    older = (workspace.folder / "markhound.db").read_bytes()
    [made] = keep_capture(workspace, captured.material())
    kept = (workspace.folder / made.file).read_bytes()
    for path in workspace.folder.glob("markhound.db*"):
        path.unlink()
    (workspace.folder / "markhound.db").write_bytes(older)
    told = [c for c in check_workspace(workspace, Trust()) if c.subject == made.file]
    assert [c.state for c in told] == ["unproven"]
    sweep_up(workspace)
    aside = workspace.folder / "evidence" / "unrecorded" / f"{made.id}.wacz"
    assert aside.read_bytes() == kept
    told = [c for c in check_workspace(workspace, Trust()) if c.subject.endswith(aside.name)]
    assert [c.state for c in told] == ["unproven"]


def test_the_newest_capture_is_the_last_one_whatever_the_clock_says(tmp_path: Path) -> None:
    workspace = captured.workspace_in(tmp_path)
    with workspace.store() as db:
        store_case(db, workspace, listings=1)
        first = load_capture(db, "cap-0000")
        again = replace(first, id="cap-1", at=first.at - timedelta(days=900))
        with writing(db):
            record_capture(db, again, by="li", at=again.at)
        newest = find_newest_capture(db, str(first.hit))
        assert newest is not None
        assert newest.id == "cap-1"
