"""Registries as tables: read like lines, and wrong ones told with their lines."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from crawler.errors import InputError
from crawler.model import Holder, Licensee, Right
from crawler.registry import check_registry
from crawler.right_changes import FieldChange, find_changes

TODAY = date(2026, 11, 30)


def check(tmp_path: Path, text: str | bytes) -> tuple[list[Right], list[str]]:
    path = tmp_path / "rights.CSV"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    file = check_registry(path, TODAY)
    problems = [f"{p.line} {p.where}: {p.message}" for p in file.problems]
    return [right for _, right in file.rights], problems


def test_every_column_is_taken(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"")
    rights, problems = check(
        tmp_path,
        "Kind, ID ,name,variants,office,registration,status,expires,jurisdictions,goods,origin,"
        "tags,holder.name,holder.country,holder.email,classes,licensees,prices\r\n"
        'trademark,TM-1,"平谷大桃, best","Pinggu; 平谷",CNIPA,9,registered,2031-01-02,CN;EU,'
        '桃;peach,平谷,a;b,协会,CN,a@b.example,"31, 32;5",'
        "店 @ shop.example;@ a.example; Only Seller,CNY 12.5\r\n"
        ",,,\r\n\r\n",
    )
    assert problems == []
    assert rights == [
        Right(
            id="TM-1",
            kind="trademark",
            name="平谷大桃, best",
            variants=("Pinggu", "平谷"),
            office="CNIPA",
            registration="9",
            status="registered",
            expires=date(2031, 1, 2),
            jurisdictions=("CN", "EU"),
            goods=("桃", "peach"),
            origin=("平谷",),
            tags=("a", "b"),
            holder=Holder(name="协会", country="CN", email="a@b.example"),
            classes=(31, 32, 5),
            licensees=(
                Licensee(seller="店", site="shop.example"),
                Licensee(site="a.example"),
                Licensee(seller="Only Seller"),
            ),
            prices={"CNY": Decimal("12.5")},
        )
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("id,kind,colour\n", "1 : no column is called 'colour'"),
        ("id,kind,id\n", "1 : the column id stands there twice"),
        ("id,name\n", "1 : expected the columns id and kind"),
        ("", "1 : expected the columns id and kind"),
        ("id,kind,name\nA,work,a,b\n", "2 : expected 3 cells, got 4"),
        ('id,kind,name\nA,work,"two\nlines"\nB,mark,b\n', "4 kind: "),
        ("id,kind,name,classes\nA,trademark,a,x\n", "2 classes.0: "),
        ("id,kind,name,classes\nA,trademark,a,46\n", "2 classes: expected Nice classes 1 to 45"),
        ("id,kind,name,prices\nA,trademark,a,CNY\n", "2 prices.CNY: "),
        ("id,kind,name\nA,work,a\nA,work,b\n", "3 id: duplicate id 'A', first on line 2"),
        ('id,kind,name\nA,work,"a\n', "not a table as CSV has it"),
        ("id,kind,name,images\nA,work,a,none.png\n", "2 images: no picture at"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, problem: str) -> None:
    _, problems = check(tmp_path, text)
    assert any(problem in one for one in problems), problems


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "gb18030"])
def test_spreadsheets_of_china_are_read(tmp_path: Path, charset: str) -> None:
    text = "id,kind,name,variants\nA,work,暮鹭图,鹭\uff1b暮\n"
    [right], problems = check(tmp_path, text.encode(charset))
    assert problems == []
    assert (right.name, right.variants) == ("暮鹭图", ("鹭", "暮"))


def test_another_charset_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected a table in UTF-8 or GB 18030"):
        check(tmp_path, b"id,kind\n\xff\xff\xff")


def test_changes_name_what_is_gone_and_what_is_new() -> None:
    old = Right(id="A", kind="work", name="a", goods=("x", "y"), holder=Holder(name="h"))
    new = Right(id="A", kind="work", name="b", goods=("y", "z"), holder=Holder(name="h"))
    assert find_changes(old, new) == [
        FieldChange(field="name", gone=("a",), new=("b",)),
        FieldChange(field="goods", gone=("x",), new=("z",)),
    ]
    turned = Right(id="A", kind="work", name="a", goods=("y", "x"), holder=Holder(name="h"))
    assert find_changes(old, turned) == [FieldChange(field="goods", moved=True)]
    assert find_changes(old, old) == []
    assert [c.field for c in find_changes(None, old)] == ["kind", "name", "holder.name", "goods"]
    pictured = Right(id="A", kind="work", images=("a.png",))
    [change] = find_changes(pictured, pictured, {"a.png": "1" * 64}, {"a.png": "2" * 64})
    assert (change.field, change.gone) == ("images", ("a.png (111111111111)",))
