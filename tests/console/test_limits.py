"""``--cutoff`` and ``--threshold``, and where else the limits of a score come from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.servers.command import run


@pytest.fixture
def files(tmp_path: Path) -> tuple[str | Path, ...]:
    listing = {"url": "https://s.example/1", "title": "Aurelio bag"}
    right = {"id": "TM-1", "kind": "trademark", "name": "Aurelio"}
    (tmp_path / "l.jsonl").write_text(json.dumps(listing))
    (tmp_path / "r.jsonl").write_text(json.dumps(right))
    return "match", tmp_path / "l.jsonl", "--registry", tmp_path / "r.jsonl"


def test_the_limits_decide_what_is_kept_and_what_is_flagged(files: tuple[str | Path, ...]) -> None:
    score = run(*files, "--cutoff", "0", "--threshold", "0").json["score"]
    above = str(score + 0.01)
    assert run(*files, "--threshold", str(score)).json["flagged"] is True
    assert run(*files, "--threshold", above).json["flagged"] is False
    assert run(*files, "--cutoff", above, "--threshold", "1").out == ""


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        (("--cutoff", "0.7"), "expected 0 <= cutoff <= threshold <= 1, got 0.7 and 0.5"),
        (("--cutoff", "nan"), "got nan and 0.5"),
        (("--threshold", "2"), "got 0.05 and 2.0"),
        (("--threshold", "high"), "'high' is not a valid float"),
    ],
)
def test_limits_that_are_none_are_refused(
    files: tuple[str | Path, ...], limits: tuple[str, ...], expected: str
) -> None:
    assert expected in run(*files, *limits, expect=2).err


def test_limits_of_a_campaign_are_shown_and_must_fit_the_workspace(
    workspace: Path, tmp_path: Path
) -> None:
    file = tmp_path / "night.toml"
    campaign = 'name = "night"\nseeds = ["https://shop.example/"]\n[matching]\n'
    file.write_text(campaign + "threshold = 0.8")
    done = run("campaign", "check", file, workspace=workspace)
    assert "Scores: kept from 0.05, flagged from 0.8" in done.out
    file.write_text(campaign + "cutoff = 0.8")
    for command in (("campaign", "check"), ("sweep",)):
        done = run(*command, file, workspace=workspace, expect=2)
        assert "[matching] of the campaign night and of markhound.toml: expected 0 <=" in done.err
    assert run("sweeps", "--json", workspace=workspace).out == ""
