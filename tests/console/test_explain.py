"""``markhound explain``, on files and on a workspace."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.servers.command import run

MARK = {"id": "TM-1", "kind": "trademark", "name": "Aurelio"}
LISTING = {"url": "https://s.example/1", "title": "Аurelio bag"}


@pytest.fixture
def files(tmp_path: Path) -> tuple[str | Path, ...]:
    (tmp_path / "l.jsonl").write_text(json.dumps(LISTING))
    (tmp_path / "r.jsonl").write_text(json.dumps(MARK))
    return "--listings", tmp_path / "l.jsonl", "--registry", tmp_path / "r.jsonl"


def test_a_pair_of_two_files_is_explained(files: tuple[str | Path, ...]) -> None:
    asked = "explain", LISTING["url"], "--right", "TM-1", *files
    found = run(*asked, "--json").json
    assert found["outcome"] == "flagged"
    assert found["steps"][0]["finding"]["edits"] == ["homoglyph"]
    assert found["steps"][-1]["probability"] == pytest.approx(found["score"], abs=1e-6)
    above = str(found["score"] + 1e-6)
    assert "below the cutoff" in run(*asked, "--cutoff", above, "--threshold", "1").out


def test_a_stored_listing_is_explained_by_id_and_by_url(swept: Path) -> None:
    [first, *_] = run("hits", "--json", "--right", "WK-0003", workspace=swept).lines
    listings = run("listings", "--json", workspace=swept).lines
    [stored] = [item for item in listings if item["url"] == first["listing"]]
    for name in (stored["id"], stored["url"]):
        found = run("explain", name, "--right", "WK-0003", "--json", workspace=swept).json
        assert found["score"] == first["score"]
        assert [step["finding"] for step in found["steps"]] == first["findings"]
    other = run("explain", stored["id"], "--right", "WK-0001", workspace=swept)
    assert "1 of the listing and 1 of the right, none alike" in other.out


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("explain") / "w"
    run("init", workspace=folder)
    config = folder / "markhound.toml"
    text = config.read_text(encoding="utf-8")
    assert 'capture = "flagged"' in text
    config.write_text(text.replace('capture = "flagged"', 'capture = "off"'), encoding="utf-8")
    run("demo", workspace=folder)
    return folder


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("l-1", "--right", "TM-1"), "no listing has the id or URL 'l-1'"),
        (("l-1",), "Missing option '--right'"),
    ],
)
def test_wrong_use_is_told(workspace: Path, arguments: tuple[str, ...], expected: str) -> None:
    assert expected in run("explain", *arguments, workspace=workspace, expect=2).err


def test_half_of_the_files_is_wrong_use(files: tuple[str | Path, ...]) -> None:
    done = run("explain", LISTING["url"], "--right", "TM-1", *files[:2], expect=2)
    assert "--listings and --registry go together" in done.err


def test_what_people_taught_is_explained(swept: Path) -> None:
    hits = run("hits", "--json", workspace=swept).lines
    named = next(h for h in hits if h["flagged"] and h["findings"][0]["feature"] == "name")
    right, form = named["right"], named["findings"][0]["form"]
    asked = "explain", named["listing"], "--right", right, "--json"
    said = "--by", "Li", "--reason", "它是通用词"
    run("registry", "teach", right, "--word", form, *said, workspace=swept)
    found = run(*asked, workspace=swept).json
    [taught] = [f for s in found["steps"] if (f := s["finding"])["feature"] == "generic_word"]
    assert (taught["form"], taught["weight"]) == (form, 0)
    assert found["score"] < named["score"]
    assert "Li taught a generic word of the right after the listing was last seen" in str(found)
    [lesson] = run("registry", "lessons", "--json", workspace=swept).lines
    assert (lesson["right"], lesson["reason"]) == (right, "它是通用词")
    run("registry", "undo", lesson["id"], *said, workspace=swept)
    assert run(*asked, workspace=swept).json["score"] == named["score"]
    assert run("registry", "lessons", "--json", workspace=swept).lines == []
    [undone] = run("registry", "lessons", "--undone", "--json", workspace=swept).lines
    assert undone["undone"]["by"] == "Li"
