"""The pages on tips and on inspections by lot do what they say: their commands, in their order."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.command import Finished, invoke

HOW_TO = Path(__file__).resolve().parents[2] / "docs" / "how-to"


def follow(page: str, folder: Path) -> Iterator[tuple[str, Finished]]:
    """Run the commands of a page that name nothing of its reader's alone; yield their output."""
    text = (HOW_TO / page).read_text(encoding="utf-8")
    for block in re.findall(r"^```console no-run\n(.*?)^```", text, flags=re.M | re.S):
        for command in re.findall(r"^\$ (.*)$", block.replace("\\\n", " "), flags=re.M):
            if re.search(r"\b(tip|dr)-[0-9a-f]{4}|tip fetch", command):
                continue
            if command.startswith("printf "):
                subprocess.run(["bash", "-c", command], cwd=folder, check=True)
            else:
                yield command, invoke(*shlex.split(command)[1:], workspace=folder)


def test_tips_are_taken_in_as_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = dict(follow("take-in-tips.md", tmp_path))
    assert len(done) == 5
    assert (
        "2 tips taken in: 0 repeat others, 1 are refused"
        in done["markhound tip import tips.csv"].err
    )
    [(_, counted)] = [one for one in done.items() if "--count" in one[0]]
    assert "trademark" in counted.out


def test_what_is_drawn_as_the_page_says_is_drawn_again_by_its_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = dict(follow("inspect-by-lot.md", tmp_path))
    assert len(done) == 4
    [drawn] = invoke("audit", "list", "--json", workspace=tmp_path).lines
    invoke("audit", "export", drawn["id"], "--output", tmp_path / "out", workspace=tmp_path)
    text = (HOW_TO / "inspect-by-lot.md").read_text(encoding="utf-8")
    [script] = re.findall(r"^```sh\n(.*?)^```", text, flags=re.M | re.S)
    done_again = ["sh", "-c", script]
    again = subprocess.run(done_again, cwd=tmp_path / "out", capture_output=True, check=True)
    assert again.stdout == (tmp_path / "out" / "drawn.txt").read_bytes()
    assert len(again.stdout.splitlines()) == 2
    turns = {turn["target"]: turn["inspectors"] for turn in drawn["turns"]}
    assert "Anna" not in turns.get("a.example", ())
