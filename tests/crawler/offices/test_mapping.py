"""Any table by a mapping file: columns, constants, words, days, and what is wrong in either."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from crawler.errors import FileFormatError, Problem
from crawler.model import Holder, Right
from crawler.offices.mapping import load_mapping
from crawler.offices.reading import read_office

MAPPING = """
id = "XX-{registration}"
encoding = "cp1252"
separator = "|"
within = "+"
dates = ["%d.%m.%Y", "%d/%m/%y"]

[columns]
Nummer = "registration"
Marke = "name"
Schreibweise = "variants"
Klassen = "classes"
Ende = "expires"
Stand = "status"
Inhaber = "holder.name"

[constants]
kind = "trademark"
office = "Musteramt"
jurisdictions = ["DE", "AT"]
tags = "kunde-7"

[values.status]
"in Kraft" = "registered"
"""
TABLE = """Nummer|Marke|Schreibweise|Klassen|Ende|Stand|Inhaber|Notiz
77/1|Größenwahn|Groessenwahn+グレ|9+25|28.05.2031|in Kraft|Müßig & Söhne|alt
78|Zweitens||||gelöscht||
""".replace("グレ", "GW")


def file(folder: Path, name: str, text: str, charset: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(charset))
    return path


def read(
    folder: Path, mapping: str, table: str, charset: str = "utf-8"
) -> tuple[list[Right], list[tuple[int | None, str, str]]]:
    path = file(folder, "t.csv", table, charset)
    found = [*read_office(path, load_mapping(file(folder, "m.toml", mapping)))]
    problems = [(p.line, p.severity, p.message) for p in found if isinstance(p, Problem)]
    return [one.right for one in found if not isinstance(one, Problem)], problems


def test_a_mapping_says_where_each_column_goes(tmp_path: Path) -> None:
    rights, problems = read(tmp_path, MAPPING, TABLE, "cp1252")
    assert rights[0] == Right(
        id="XX-77-1",
        kind="trademark",
        name="Größenwahn",
        variants=("Groessenwahn", "GW"),
        holder=Holder(name="Müßig & Söhne"),
        office="Musteramt",
        registration="77/1",
        status="registered",
        expires=date(2031, 5, 28),
        jurisdictions=("DE", "AT"),
        classes=(9, 25),
        tags=("kunde-7",),
    )
    assert (rights[1].id, rights[1].status) == ("XX-78", None)
    assert problems == [
        (3, "warning", "status is not known; counts as in force: 'gelöscht'"),
        (None, "warning", "read, but kept by no right: Notiz (1)"),
    ]


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ("79|A||46|||", "is no Nice class (1 to 45); left out: '46'"),
        ("79|A|||31.02.2030||", "day of expiry is none; left out: '31.02.2030'"),
        ("|A||||in Kraft|", "id lacks a part; left out: 'registration'"),
        ("79|!?||||in Kraft|", "name has no letter or digit to look for; left out: '!?'"),
        ("79|||||in Kraft|", "has neither a name nor a picture to look for; left out: 'XX-79'"),
        (
            "79|A||||||b|c|d",
            "row has more cells than the table has columns; the further ones left out",
        ),
    ],
)
def test_a_value_that_cannot_be_read_refuses_the_file_unless_it_is_said_otherwise(
    tmp_path: Path, cells: str, message: str
) -> None:
    table = f"{TABLE.splitlines()[0]}\n{cells}\n"
    _, problems = read(tmp_path, MAPPING, table)
    assert (2, "error", message) in problems
    _, problems = read(tmp_path, f"strict = false\n{MAPPING}", table)
    assert (2, "warning", message) in problems
    assert not [p for p in problems if p[1] == "error"]


def test_rows_of_one_right_are_put_together(tmp_path: Path) -> None:
    mapping = """several_rows = true
[columns]
number = "registration"
class = "classes"
name = "name"
[constants]
kind = "trademark"
office = "US"
"""
    rights, _ = read(tmp_path, mapping, "number,class,name\n1,9,A\n1,25,A\n2,9,B\n1,3,A\n")
    assert [(right.id, right.classes) for right in rights] == [
        ("US-1", (9, 25)),
        ("US-2", (9,)),
        ("US-1", (3,)),
    ]


@pytest.mark.parametrize(
    ("mapping", "where", "message"),
    [
        ("[columns]\na = 'nome'\n[constants]\nkind = 'work'", "columns.a", "called 'nome'"),
        ("[columns]\na = 'id'", "constants.kind", "trademark, geographical_indication"),
        ("[columns]\na = 'name'\n[constants]\nkind = 'work'", "id", "expected an id"),
        ("[constants]\nkind = 'work'\nid = 'a'", "columns", "required"),
        ("colums = 1", "colums", "unknown key"),
        ("separator = ';;'\n[columns]\na = 'id'\nk = 'kind'", "separator", "one character"),
        ("encoding = 'gbk9'\n[columns]\na = 'id'\nk = 'kind'", "encoding", "no charset"),
        ("dates = ['%d.%m']\n[columns]\na = 'id'\nk = 'kind'", "dates", "day, month and year"),
        ("[values.stat]\na = 'b'\n[columns]\na = 'id'\nk = 'kind'", "values.stat", "called 'stat'"),
        ("[columns", "", "not TOML"),
    ],
)
def test_what_is_wrong_in_a_mapping_is_told(
    tmp_path: Path, mapping: str, where: str, message: str
) -> None:
    with pytest.raises(FileFormatError) as caught:
        load_mapping(file(tmp_path, "m.toml", mapping))
    assert any(p.where == where and message in p.message for p in caught.value.problems)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("Nummer|Marke\n1|A\n", "no column 'schreibweise'"),
        (TABLE.replace("Notiz", "Marke"), "the column 'marke' stands there twice"),
        ("", "no column 'nummer'"),
        (TABLE + '"79|A\n', "not a table as CSV has it"),
    ],
)
def test_a_table_that_does_not_fit_its_mapping_is_refused(
    tmp_path: Path, table: str, message: str
) -> None:
    _, problems = read(tmp_path, MAPPING, table)
    assert any(severity == "error" and message in said for _, severity, said in problems)
