"""Tables in workbooks (XLSX): which sheet and row they begin in, their values, their pictures."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from crawler.errors import InputError, Problem
from crawler.model import Right
from crawler.offices.mapping import load_mapping
from crawler.offices.reading import read_office
from crawler.registry import check_registry
from tests.crawler.offices import samples
from tests.crawler.offices.workbook_samples import cnipa_book

TODAY = date(2026, 11, 30)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("book")
    (folder / "logos").mkdir()
    (folder / "logos/3.png").write_bytes(samples.png(11))
    return cnipa_book(folder / "清单.xlsx")


def read(path: Path) -> tuple[dict[str, Right], list[str], dict[str, bytes]]:
    """Return id -> right, the problems in words, and the pictures that are in the file itself."""
    rights: dict[str, Right] = {}
    problems: list[str] = []
    data: dict[str, bytes] = {}
    for one in read_office(path):
        if isinstance(one, Problem):
            problems.append(f"{one.line or '-'} {one.severity}: {one.message}")
        else:
            rights[one.right.id] = one.right
            data |= one.data
    return rights, problems, data


def test_a_table_with_pictures_in_its_cells(book: Path) -> None:
    rights, problems, data = read(book)
    vase, lark, figure, tit = rights.values()
    assert [*rights] == ["CN-61000001-21", "CN-61000002-9-38", "CN-61000003-25", "CN-61000004-25"]
    assert (vase.name, vase.classes, vase.goods) == ("青瓷坊", (21,), ("瓷器", "茶具"))
    assert (vase.expires, lark.expires) == (date(2032, 6, 6), date(2034, 2, 28))
    assert (figure.name, figure.expires) == (None, date(2031, 5, 28))
    assert figure.images == ("logos/3.png",)
    assert {right.images[0]: data[right.images[0]] for right in (vase, lark)} == {
        "CN-61000001-21-1.png": samples.png(9),
        "CN-61000002-9-38-1.png": samples.png(10),
    }
    assert (tit.images, tit.status) == ((), "registered")
    assert problems == [
        "6 warning: name says that the mark has no words; left out: '图形'",
        "7 warning: term names no day; left out: '长期'",
        "7 warning: picture is named by its address alone, which is not fetched:"
        " 'https://x.example/4.png'",
        "3 warning: further sheets of the workbook are not read: '说明'",
        "- warning: read, but kept by no right: 序号 (4)",
    ]


def test_a_workbook_in_an_archive(book: Path, tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(book, "a/清单.xlsx")
        archive.writestr("logos/3.png", samples.png(11))
    rights, _, data = read(path)
    assert len(rights) == 4
    assert sorted(data.values()) == sorted(map(samples.png, (9, 10, 11)))


def test_a_registry_of_ours_and_a_mapping_with_its_sheet(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    made = Workbook()
    made.active.append(["id", "kind", "name", "classes", "expires"])
    made.active.append(["T-1", "trademark", "Aurelio", "18;25", date(2031, 5, 1)])
    made.active.append(["T-2", "trademark", "Bramble", 9, "soon"])
    numbers = made.create_sheet("marks")
    numbers.append(["Nr", "Mark", "Until"])
    numbers.append([77, "Quellwerk", "28.05.2031"])
    numbers.append([78, "Nebelfang", date(2032, 5, 28)])
    numbers["A2"].number_format = numbers["A3"].number_format = "000000"
    made.save(path)
    checked = check_registry(path, TODAY)
    assert [(line, right.id, right.classes) for line, right in checked.rights] == [
        (2, "T-1", (18, 25))
    ]
    assert [(one.line, one.where) for one in checked.errors] == [(3, "expires")]
    text = (
        'sheet = "marks"\nid = "X-{registration}"\ndates = ["%d.%m.%Y"]\n[columns]\n'
        'Nr = "registration"\nMark = "name"\nUntil = "expires"\n[constants]\nkind = "trademark"\n'
    )
    mapping = tmp_path / "m.toml"
    mapping.write_text(text)
    entries = [one for one in read_office(path, load_mapping(mapping))
               if not isinstance(one, Problem)]  # fmt: skip
    assert [(one.right.id, one.right.expires) for one in entries] == [
        ("X-000077", date(2031, 5, 28)),
        ("X-000078", date(2032, 5, 28)),
    ]
    mapping.write_text(text.replace('"marks"', '"other"'))
    [problem] = read_office(path, load_mapping(mapping))
    assert isinstance(problem, Problem)
    assert "no sheet 'other'; the workbook has 'Sheet, marks'" in problem.message


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("xl/worksheets/sheet2.xml", "is damaged"),
        ("xl/workbook.xml", "not a workbook"),
        ("xl/drawings/drawing1.xml", "drawing1.xml of the workbook is no XML"),
    ],
)
def test_a_damaged_workbook_is_refused(book: Path, tmp_path: Path, part: str, message: str) -> None:
    path = tmp_path / "bad.xlsx"
    with zipfile.ZipFile(book) as whole, zipfile.ZipFile(path, "w") as made:
        for name in whole.namelist():
            made.writestr(name, whole.read(name)[: -100 if name == part else None])
    try:
        told = "; ".join(problem.message for problem in check_registry(path, TODAY).errors)
    except InputError as error:
        told = str(error)
    assert message in told


def test_what_is_no_workbook_or_an_empty_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "no.xlsx"
    path.write_bytes(samples.CNIPA.encode())
    assert "not a workbook (.xlsx)" in read(path)[1][0]
    Workbook().save(path)
    assert "no sheet of the workbook says anything" in read(path)[1][0]
    book = load_workbook(path)
    book.active.append(["Nummer", "Marke"])
    book.save(path)
    assert "no table that is known, by its columns 'Nummer, Marke'" in read(path)[1][0]
