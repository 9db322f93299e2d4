from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from console.explanation import print_explanation
from crawler.errors import FileFormatError, NotFoundError
from pipelines.explaining import Explanation, ask_of_files, explain_question
from pipelines.matching import FingerprintIndex
from pipelines.sweep.decoding import Decoder
from tests.pictured import write_words

MARK = {"id": "TM-1", "kind": "trademark", "name": "Aurelio", "variants": ["奥雷利奥"]}
OLD = MARK | {"id": "TM-2", "expires": "2020-01-01"}
URL = "https://s.example/"
TITLES = ("全新 Аurelio 手提包 replica", "Aurora bag", "case for Aurelio phone")
TODAY = date(2026, 11, 22)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    listings: list[dict[str, Any]] = [
        {"url": f"{URL}{n}", "title": title, "images": ["nothing.png", "https://i.example/1.png"]}
        for n, title in enumerate(TITLES)
    ]
    paths = tmp_path / "listings.jsonl", tmp_path / "registry.jsonl"
    for path, records in zip(paths, (listings, [MARK, OLD]), strict=True):
        lines = "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records)
        path.write_text(lines, encoding="utf-8")
    return paths


def explain(files: tuple[Path, Path], number: int, right: str, **limits: float) -> Explanation:
    question = ask_of_files(*files, f"{URL}{number}", right, TODAY)
    settings = replace(question.settings, **limits)
    with Decoder() as decoder:
        return explain_question(replace(question, settings=settings), FingerprintIndex(decoder))


def text_of(found: Explanation) -> str:
    stream = StringIO()
    print_explanation(Console(file=stream, width=110), found)
    return stream.getvalue()


def test_a_hit_is_added_up(files: tuple[Path, Path]) -> None:
    found = explain(files, 0, "TM-1")
    assert found.outcome == "flagged"
    assert {"name", "counterfeit_words"} <= {step.finding.feature for step in found.steps}
    weights = sum(step.finding.weight for step in found.steps)
    assert found.steps[-1].bits == pytest.approx(found.prior + weights)
    assert found.steps[-1].probability == pytest.approx(found.score, abs=1e-6)
    assert (found.readings, found.nearest) == ((), ())
    text = text_of(found)
    assert "A hit, flagged for review" in text
    assert "Before any finding." in text


def test_what_was_not_found_is_told_with_the_nearest(files: tuple[Path, Path]) -> None:
    found = explain(files, 1, "TM-1")
    assert (found.outcome, found.score, found.steps) == ("not_found", None, ())
    assert [(r.field, r.kind, r.text) for r in found.readings] == [
        ("title", "plain", "aurora bag"),
    ]
    assert found.nearest[0].form == "Aurelio"
    assert found.nearest[0].distance > found.nearest[0].budget
    text = text_of(found)
    assert "neither a name nor a picture" in text
    assert "“奥雷利奥”: nothing in the text is like it" in text


def test_below_the_cutoff_is_no_hit_and_still_explained(files: tuple[Path, Path]) -> None:
    found = explain(files, 2, "TM-1", cutoff=0.0, threshold=1.0)
    assert found.outcome == "hit"
    assert found.score is not None
    assert "referential" in [step.finding.feature for step in found.steps]
    found = explain(files, 2, "TM-1", cutoff=found.score + 0.01, threshold=1.0)
    assert found.outcome == "forgotten"
    assert "No hit, below the cutoff" in text_of(found)


def test_a_lapsed_right_says_why(files: tuple[Path, Path]) -> None:
    found = explain(files, 0, "TM-2")
    assert (found.outcome, found.lapse) == ("lapsed", "expired on 2020-01-01")
    assert found.steps
    text = text_of(found)
    assert "Not matched: the right expired on 2020-01-01; if it were in force: score" in text


def test_a_picture_that_cannot_be_read_is_noted(files: tuple[Path, Path]) -> None:
    found = explain(files, 1, "TM-1")
    assert found.pictures == (0, 0)
    assert found.notes == ("The picture nothing.png is not compared: no such file.",)
    assert "Note: The picture nothing.png is not compared" in text_of(found)


def test_wrong_names_and_wrong_files_are_told(files: tuple[Path, Path]) -> None:
    with pytest.raises(NotFoundError, match=r"no listing of .* has the URL 'https://s.example/9'"):
        ask_of_files(*files, f"{URL}9", "TM-1", TODAY)
    with pytest.raises(NotFoundError, match=r"no right of .* has the id 'TM-9'"):
        ask_of_files(*files, f"{URL}0", "TM-9", TODAY)
    files[0].write_text("{oops")
    with pytest.raises(FileFormatError, match="not a JSON object"):
        ask_of_files(*files, f"{URL}0", "TM-1", TODAY)


def test_words_in_pictures_are_explained(tmp_path: Path) -> None:
    write_words(tmp_path / "a.png", "Aurelio")
    listing = {"url": f"{URL}1", "title": "leather bag", "images": ["a.png"]}
    paths = tmp_path / "listings.jsonl", tmp_path / "registry.jsonl"
    for path, record in zip(paths, (listing, MARK | {"goods": ["bags"]}), strict=True):
        path.write_text(json.dumps(record) + "\n")
    found = explain(paths, 1, "TM-1")
    assert found.outcome == "flagged"
    named = found.steps[0].finding
    assert (named.field, named.image, named.line) == ("picture", "a.png", "Aurelio")
    assert "text in the picture a.png contains" in " ".join(text_of(found).split())
