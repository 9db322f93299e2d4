"""``markhound report`` and ``evaluate``: the same bytes each time, in both languages, followed."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import string
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from console.reports.drawing import draw_chart
from console.reports.html import render_report
from console.reports.pdf import draw_report
from console.reports.sheets import COLUMNS, report_csv, report_xlsx
from console.reports.wording import load_phrases, value_of
from crawler.workspace import Workspace, make_workspace
from matchers.wording import Language
from pipelines.figures.gathering import gathered
from pipelines.figures.numbers import Report
from pipelines.figures.period import parse_period
from pipelines.typesetting import find_paper_font
from tests.servers.command import invoke, run
from tests.servers.month import SELLERS, live_a_month
from tests.servers.pdfs import streams, text_of

DAYS = ("--from", "2026-11-01", "--to", "2026-11-30")
FILES = ("html", "pdf", "xlsx", "csv")
REFERENCE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "figures.md"


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = make_workspace(tmp_path_factory.mktemp("month") / "w")
    live_a_month(workspace, nights=15, listings=4)
    return workspace


@pytest.fixture(scope="module")
def report(lived: Workspace) -> Report:
    with gathered(lived, parse_period("2026-11-01", "2026-11-30", "UTC")) as (_, made):
        return made


def files_in(folder: Path) -> list[str]:
    folder.mkdir()
    return [word for kind in FILES for word in (f"--{kind}", str(folder / f"r.{kind}"))]


@pytest.fixture(scope="module")
def written(lived: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written") / "one"
    words = ("report", *DAYS, "--language", "zh", *files_in(folder))
    assert invoke(*words, workspace=lived.folder).err.count("written to") == len(FILES)
    return folder


def test_twice_gives_the_same_bytes(lived: Workspace, written: Path, tmp_path: Path) -> None:
    """In two processes, the other in another zone, with another seed."""
    words = ("report", *DAYS, "--language", "zh", *files_in(tmp_path / "two"))
    env = {"PYTHONHASHSEED": "7", "TZ": "Asia/Shanghai", "LC_ALL": "C"}
    run(*words, workspace=lived.folder, env=env)
    for kind in FILES:
        one, two = ((f / f"r.{kind}").read_bytes() for f in (written, tmp_path / "two"))
        assert hashlib.sha256(one).digest() == hashlib.sha256(two).digest(), kind


@pytest.mark.parametrize(
    "name", ["notices.accepted_share", "hits.found@site=商城.example", "quality.precision"]
)
def test_a_number_is_followed_by_command(name: str, lived: Workspace, report: Report) -> None:
    """All of them are followed in tests/pipelines/figures/test_gathering.py."""
    [number] = [number for number in report.numbers() if number.id == name]
    explain = ("report", *DAYS, "--explain", name, "--json")
    done = invoke(*explain, workspace=lived.folder)
    assert len(done.lines) == number.count > 0
    assert {line["number"] for line in done.lines} == {name}
    assert all(line["kind"] and line["id"] and line["at"] for line in done.lines)
    assert value_of(number, "en") in done.err
    assert len(invoke(*explain, "--of", workspace=lived.folder).lines) == number.total


def test_records_are_those_of_the_store(lived: Workspace) -> None:
    done = invoke("report", *DAYS, "--explain", "notices.sent", "--json", workspace=lived.folder)
    with lived.store() as db:
        sent = db.execute("SELECT notice, at FROM notice_events WHERE event = 'sent'").fetchall()
    found = {(line["id"], datetime.fromisoformat(line["at"])) for line in done.lines}
    assert found == {(name, datetime.fromisoformat(at)) for name, at in sent}
    shown = invoke("report", *DAYS, "--explain", "notices.sent", workspace=lived.folder)
    assert all(name in shown.out for name, _ in sent)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--explain", "hits.fuond"), "near it: hits.found"),
        (("--explain", "sweeps.run", "--of"), "part of nothing"),
        (("--of",), "--of goes with --explain"),
        (("--zone", "Mars/Olympus"), "IANA"),
        (("--as-of", "2026-11-02"), "on or after --to"),
        (("--html", "/nowhere/at/all.html"), "cannot write"),
    ],
)
def test_what_cannot_be_is_told(lived: Workspace, words: tuple[str, ...], told: str) -> None:
    assert told in invoke("report", *DAYS, *words, workspace=lived.folder, expect=2).err


def test_a_lack_of_fonts_leaves_no_file(tmp_path: Path) -> None:
    """All that was asked for is made before the first file is written."""
    folder = tmp_path / "w"
    make_workspace(folder)
    settings = folder / "markhound.toml"
    text = settings.read_text().replace("[takedown]", '[takedown]\nfont = "none.ttf"')
    settings.write_text(text)
    page, paper = tmp_path / "r.html", tmp_path / "r.pdf"
    done = invoke("report", *DAYS, "--html", page, "--pdf", paper, workspace=folder, expect=2)
    assert "no font file" in done.err
    assert not page.exists()
    assert not paper.exists()


# -- the forms -------------------------------------------------------------------------


class Page(HTMLParser):
    """What a page is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_page_holds_every_number_and_nothing_from_elsewhere(
    report: Report, language: Language
) -> None:
    text = render_report(report, language)
    page = Page()
    page.feed(text)
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "link", "img", "iframe", "object", "form", "input"}
    assert not any(name.startswith("on") or name == "style" for _, a in page.tags for name in a)
    assert all((a["href"] or "").startswith("#") for tag, a in page.tags if tag == "a")
    shown = {a["data-number"] for _, a in page.tags if "data-number" in a}
    assert shown == {number.id for number in report.numbers()}
    heads = [a for tag, a in page.tags if tag == "th"]
    assert all(a.get("scope") in ("col", "row") for a in heads)
    charts = [a for tag, a in page.tags if tag == "svg"]
    assert len(charts) >= 5
    assert all(a["role"] == "img" and a["aria-label"] for a in charts)
    assert "шоп &lt;b&gt;24&lt;/b&gt;" in text
    assert "<b>" not in text
    has_chinese = "侵权" in text
    assert has_chinese == (language == "zh")


def test_a_workbook_and_a_table_hold_every_number(report: Report) -> None:
    numbers = {number.id: number for number in report.numbers()}
    book = openpyxl.load_workbook(io.BytesIO(report_xlsx(report, "zh")))
    assert book.properties.created == report.period.until.replace(tzinfo=None)
    assert len(book.sheetnames) == len(report.sections) + 1
    rows: list[tuple[Any, ...]] = list(book["numbers"].iter_rows(values_only=True))
    assert rows[0] == COLUMNS
    found = {row[0]: dict(zip(COLUMNS, row, strict=True)) for row in rows[1:]}
    assert {*found} == {*numbers}
    for name, row in found.items():
        assert (row["count"], row["of"]) == (numbers[name].count, numbers[name].total)
        assert row["value"] == pytest.approx(numbers[name].value)
    types = {cell.data_type for sheet in book for line in sheet for cell in line}
    assert types <= {"n", "s"}  # no formula
    text = report_csv(report, "zh").decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [line["id"] for line in lines] == [*numbers]
    assert [line["value"] for line in lines if line["id"] == "hits.found"] == [
        str(numbers["hits.found"].count)
    ]


@pytest.mark.parametrize(("language", "words"), [("en", "Removals"), ("zh", "下架用时")])
def test_a_pdf_is_tagged_archival_and_has_its_words(
    report: Report, written: Path, language: Language, words: str
) -> None:
    drawn = (written / "r.pdf").read_bytes()
    if language == "en":
        [drawn] = draw_report(report, language, find_paper_font())
    inside = drawn + b"".join(streams(drawn))
    assert b"/MarkInfo" in inside
    assert re.search(rb"pdfaid:part>3<", inside)
    assert b"pdfuaid" in inside
    assert set(words) <= set(text_of(drawn))
    assert set(SELLERS[0]) - {" "} <= set(text_of(drawn))


def test_a_chart_is_a_picture_of_its_table(report: Report) -> None:
    tables = {table.key: table for section in report.sections for table in section.tables}
    targets = draw_chart(tables["targets"], "en")
    assert targets.count("<rect") == 7
    assert 'xmlns="http://www.w3.org/2000/svg"' in targets
    values = [row.numbers[0].count for row in tables["targets"].rows[1:]]
    assert all(f">{value:,}<" in targets for value in values)
    plot = draw_chart(tables["calibration"], "zh")
    assert plot.count("<circle") == len(tables["calibration"].rows) + 1  # and the legend's


# -- evaluating ------------------------------------------------------------------------


def test_evaluating_gives_the_plot_and_the_numbers(lived: Workspace, tmp_path: Path) -> None:
    plot, page = tmp_path / "plot.svg", tmp_path / "e.html"
    invoke("evaluate", "--svg", plot, "--html", page, workspace=lived.folder)
    assert plot.read_text().startswith("<svg")
    assert "Scores held to account" in page.read_text()
    done = invoke("evaluate", "--json", workspace=lived.folder)
    lines = {line["id"]: line for line in done.lines}
    precision = lines["quality.precision"]
    assert precision["low"] <= precision["value"] <= precision["high"]
    assert lines["missed.all"]["estimated"]
    for part in ("right_id=TM-0001", "source=picture", "site=books.example"):
        assert lines[f"quality.precision@{part}"]["count"] > 0
    printed = invoke("evaluate", "--language", "zh", workspace=lived.folder)
    assert "准确率" in printed.out
    of_days = invoke("evaluate", *DAYS, "--json", workspace=lived.folder).lines
    [again] = [line for line in of_days if line["id"] == "quality.precision"]
    assert again == precision


def test_nothing_judged_has_no_plot(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    make_workspace(folder)
    done = invoke("evaluate", "--svg", tmp_path / "p.svg", workspace=folder, expect=2)
    assert "nothing to plot" in done.err
    assert not (tmp_path / "p.svg").exists()
    assert (
        "both --from and --to"
        in invoke("evaluate", "--from", "2026-11-01", workspace=folder, expect=2).err
    )
    over = invoke("report", *DAYS, workspace=folder)
    assert "Sweeps" in over.out
    assert "not over" not in over.err
    open_ = invoke("report", *DAYS, "--as-of", "8999-12-31", workspace=folder)
    assert "The days up to 8999-12-31 are not over" in open_.err
    assert "--as-of 8999-12-31 --explain ID" in open_.err  # which finds the same numbers


# -- words -----------------------------------------------------------------------------


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_all_is_said_in_both_languages() -> None:
    for key, said in load_phrases().items():
        assert said["en"].strip(), key
        assert said["zh"].strip(), key
        assert places(said["en"]) == places(said["zh"]), key
        assert ("en_means" in said) == ("zh_means" in said), key


def test_every_number_is_explained_in_words_and_in_the_docs(report: Report) -> None:
    phrases, page = load_phrases(), REFERENCE.read_text(encoding="utf-8")
    names = {number.name for number in report.numbers()}
    explained = {key for key, said in phrases.items() if "en_means" in said}
    assert names == explained
    for name in names:
        line = next(line for line in page.splitlines() if line.startswith(f"| `{name}` |"))
        assert phrases[name]["en_means"] in line
