"""Files in the forms of the offices: where each field goes, and what is told of the rest."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import pytest

from crawler.errors import InputError, Problem
from crawler.model import Holder, Right
from crawler.offices import sources
from crawler.offices.reading import read_office
from crawler.registry import check_registry
from tests.crawler.offices import samples

TODAY = date(2026, 11, 30)


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


def file(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_st66(tmp_path: Path) -> None:
    rights, problems, data = read(file(tmp_path, "marks.xml", samples.ST66))
    picture = "DE-302026000123.4-1.png"
    assert data == {picture: samples.png()}
    assert rights == {
        "DE-302026000123.4": Right(
            id="DE-302026000123.4",
            kind="trademark",
            name="Quellwerk",
            variants=("泉作坊",),
            holder=Holder(
                name="Quellwerk GmbH",
                country="DE",
                email="ip@quellwerk.example",
                address="Uferweg 3, Musterstadt",
            ),
            office="DE",
            registration="302026000123",
            status="registered",
            expires=date(2036, 2, 28),
            jurisdictions=("DE",),
            classes=(18,),
            goods=("Bags", "suitcases"),
            images=(picture,),
        )
    }
    assert problems == [
        "4 warning: is no Nice class (1 to 45); left out: '99'",
        "31 warning: has neither a name nor a picture to look for; left out: 'DE-302026000999.1'",
        "- warning: read, but kept by no right: MarkFeature (2), goods in other languages (1),"
        " MarkEventDetails/MarkEventDate (1)",
    ]


def test_euipo_with_its_pictures_beside_it(tmp_path: Path) -> None:
    file(tmp_path, "018999001.png", samples.png())
    rights, problems, data = read(file(tmp_path, "eutm.xml", samples.EUIPO))
    figure, deleted, odd = rights.values()
    assert (figure.id, figure.name, figure.images) == ("EM-018999001", None, ("018999001.png",))
    assert (figure.office, figure.registration, figure.jurisdictions) == (
        *("EUIPO", "018999001"),
        ("EU",),
    )
    assert (deleted.name, deleted.status) == ("Nebelfang", "deleted")
    assert (odd.status, odd.lapse(TODAY)) == (None, None)
    assert data == {}
    assert [line.partition(": ")[2] for line in problems[:2]] == [
        "picture is named by its address alone, which is not fetched:"
        " 'https://office.example/1.png'",
        "status is not known; counts as in force: 'Half asleep'",
    ]


def test_st96_in_a_zip_with_its_pictures(tmp_path: Path) -> None:
    path = tmp_path / "wo.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data/1799999.xml", samples.ST96)
        archive.writestr("media/1799999.PNG", samples.png())
        archive.writestr("readme.html", "<p>")
        archive.writestr("liesmich.txt", "Was hierin steht\n")
    rights, problems, data = read(path)
    right = rights["WO-1799999"]
    assert (right.name, right.variants, right.classes) == ("青溪鹿", ("Qingxilu",), (30,))
    assert (right.goods, right.jurisdictions) == (("茶", "Tea"), ("US", "EU"))
    assert right.holder == Holder(name="青溪茶业有限公司", country="CN", address="溪路1号, 杭州")
    assert (right.office, right.registration) == ("WIPO", "1799999")
    assert data == {"WO-1799999-1.png": samples.png()}
    assert right.images == ("WO-1799999-1.png",)
    assert problems == ["1 warning: a text, and no register that is known; left out"]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("liesmich.txt", "Was hierin steht\n")
    assert "1 error: no table that is known" in read(path)[1][0]


def test_uspto_case_files(tmp_path: Path) -> None:
    file(tmp_path, "97000002.jpg", samples.png())
    rights, problems, _ = read(file(tmp_path, "apc260801.xml", samples.USPTO))
    word, figure = rights["US-97000001"], rights["US-97000002"]
    assert (word.name, word.registration, word.status) == ("BRAMBLEFOX", "7000001", "registered")
    assert (word.classes, word.goods) == ((25,), ("Shirts", "leather shoes"))
    assert word.holder == Holder(
        name="Bramblefox Inc.", country="US", address="1 Hedge Row, Dover, DE, 19901"
    )
    assert (figure.name, figure.images, figure.registration) == (None, ("97000002.jpg",), None)
    assert problems[0] == "25 warning: status is not known; counts as in force: '973'"
    assert "case-file-statements/text (1)" in problems[1]


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "gb18030"])
def test_cnipa_has_a_right_for_each_number_and_class(tmp_path: Path, charset: str) -> None:
    rights, problems, _ = read(file(tmp_path, "商标.csv", samples.CNIPA.encode(charset)))
    assert [*rights] == ["CN-61000001-21", "CN-61000001-30", "CN-61000002-9-38"]
    first, lapsed = rights["CN-61000001-21"], rights["CN-61000002-9-38"]
    assert (first.name, first.goods) == ("青瓷坊", ("瓷器", "茶具", "花瓶"))
    assert first.holder == Holder(name="龙泉青瓷坊有限公司")
    assert (first.expires, first.status) == (date(2032, 6, 6), "registered")
    assert (lapsed.classes, lapsed.status) == ((9, 38), "无效")
    told = [line for line in problems if "warning" in line]
    assert "6 warning: name says that the mark has no words; left out: '图形'" in told
    assert "7 warning: id lacks a part; left out: 'number'" in told
    assert told[-1] == "- warning: read, but kept by no right: 类似群 (3), 初审公告期号 (3)"


def test_geographical_indications_and_the_research_data(tmp_path: Path) -> None:
    rights, problems, _ = read(file(tmp_path, "gi.csv", samples.EAMBROSIA))
    cheese, fruit = rights.values()
    assert (cheese.id, cheese.kind) == ("EU-PDO-XX-0001", "geographical_indication")
    assert (cheese.name, cheese.variants) == ("Valdoro", ("Βαλντόρο",))
    assert (cheese.status, fruit.status) == ("registered", "Applied")
    assert "Country of origin (2)" in problems[-1]
    rights, _, _ = read(file(tmp_path, "case_file.csv", samples.CASE_FILE))
    assert {id_: right.status for id_, right in rights.items()} == {
        "US-75000001": "registered",
        "US-75000002": "USPTO 602",
    }


def test_answers_of_euipo_as_json(tmp_path: Path) -> None:
    file(tmp_path, "008999001-0001.png", samples.png())
    rights, problems, _ = read(file(tmp_path, "page.json", samples.EUIPO_JSON))
    first, second = rights.values()
    assert (first.id, first.name, first.classes) == ("EM-018999010", "NEBELFANG 雾", (9, 25))
    assert (first.holder, first.goods) == (Holder(name="Nebelfang GmbH"), ("Glasses", "Lenses"))
    assert (first.registration, first.expires) == ("018999010", date(2035, 1, 2))
    assert (first.status, second.status) == ("registered", "UNDER EXAMINATION")
    assert problems == [
        "1 warning: has further holders; the first is kept: 'Zweite AG'",
        "2 warning: is no Nice class (1 to 45); left out: '99'",
        "- warning: read, but kept by no right: goods in other languages (1), markKind (1),"
        " markFeature (1), applicationDate (1)",
    ]
    lines = f"{samples.EUIPO_DESIGN}\n\n{samples.EUIPO_DESIGN.replace('-0001', '-0002')}\n"
    rights, problems, _ = read(file(tmp_path, "designs.jsonl", lines))
    [chair] = rights.values()
    assert (chair.id, chair.kind, chair.goods) == ("EM-D-008999001-0001", "design", ("Chairs",))
    assert (chair.images, chair.status) == (("008999001-0001.png",), "registered")
    assert "3 warning: has neither a name nor a picture to look for" in problems[0]


@pytest.mark.parametrize(
    ("name", "text", "line", "message"),
    [
        ("a.json", samples.EUIPO_JSON[:-30], 14, "not JSON"),
        ("a.json", samples.EUIPO_JSON.replace('"applicationNumber": "018999011"', '"no": 1'), 2,
         "expected a record with applicationNumber or designNumber, got"),
        ("a.jsonl", samples.EUIPO_DESIGN + "\n[7\n", 2, "not JSON"),
        ("a.jsonl", samples.EUIPO_DESIGN + "\n7\n", 2, "expected a record with"),
    ],
)  # fmt: skip
def test_json_that_breaks_off_or_is_another_is_refused(
    tmp_path: Path, name: str, text: str, line: int, message: str
) -> None:
    checked = check_registry(file(tmp_path, name, text), TODAY)
    assert [error.line for error in checked.errors] == [line]
    assert message in checked.errors[0].message


def test_designs_and_indications_of_st96_and_st86(tmp_path: Path) -> None:
    for name in ("pot-1.png", "pot-2.png", "chair.png"):
        file(tmp_path, name, samples.png())
    rights, problems, _ = read(file(tmp_path, "designs.xml", samples.DESIGNS))
    [pot] = rights.values()
    assert (pot.id, pot.kind, pot.name) == ("CN-D-202630000001.2", "design", None)
    assert (pot.goods, pot.images) == (("茶壶",), ("pot-1.png", "pot-2.png"))
    assert (pot.holder, pot.expires) == (Holder(name="壶匠有限公司"), date(2041, 3, 1))
    assert "left out: 'CN-D-202630000002.7'" in problems[0]
    rights, problems, _ = read(file(tmp_path, "rcd.xml", samples.ST86))
    [chair] = rights.values()
    assert (chair.id, chair.office, chair.goods) == ("EM-D-008999002-0001", "EUIPO", ("Chairs",))
    assert (chair.images, chair.status, problems) == (("chair.png",), "registered", [])
    rights, problems, _ = read(file(tmp_path, "gi.xml", samples.INDICATION))
    [peach] = rights.values()
    assert (peach.id, peach.kind) == ("CN-GI-GI000012", "geographical_indication")
    assert (peach.name, peach.variants, peach.goods) == ("云岭蜜桃", ("Yunling",), ("桃",))
    assert (peach.holder, problems) == (Holder(name="云岭桃业协会"), [])


def test_the_last_of_several_records_of_a_right_counts(tmp_path: Path) -> None:
    later = samples.ST66_MARK.replace("Quellwerk</Mark", "Quellwerk Neu</Mark")
    text = f"{samples.ST66_HEAD}{samples.ST66_MARK}{later}{samples.ST66_TAIL}"
    checked = check_registry(file(tmp_path, "marks.xml", text), TODAY)
    assert [right.name for _, right in checked.rights] == ["Quellwerk Neu"]
    assert checked.errors == ()
    assert any("the last counts: 'DE-302026000123.4'" in p.message for p in checked.warnings)


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE Transaction [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    "<Transaction><TradeMark><ApplicationNumber>&b;</ApplicationNumber></TradeMark></Transaction>"
)
OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE Transaction [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    "<Transaction><TradeMark><ApplicationNumber>&a;</ApplicationNumber></TradeMark></Transaction>"
)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (BOMB, 1, "declares the entity 'a'"),
        (OUTSIDE, 1, "declares the entity 'a'"),
        ("", None, "not XML"),
        ("no XML at all", 1, "not XML"),
        ("<html/>", 1, "got 'html'"),
        (samples.ST66[:1500], 23, "not XML"),
        ("<Transaction>\n" + "<x>" * 300, 2, "not XML"),
        (samples.ST66.encode("utf-16")[:-40], 33, "not XML"),
    ],
    ids=["bomb", "outside", "empty", "text", "html", "cut", "deep", "utf-16"],
)
def test_what_is_no_register_is_refused_with_its_line(
    tmp_path: Path, text: str | bytes, line: int | None, message: str
) -> None:
    checked = check_registry(file(tmp_path, "marks.xml", text), TODAY)
    assert [error.line for error in checked.errors] == [line]
    assert message in checked.errors[0].message


def test_zip_files_that_are_none_or_grow_beyond_measure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "SMALL", 1_000_000)
    with pytest.raises(InputError, match="not a ZIP file"):
        read(file(tmp_path, "a.zip", b"PK\x03\x04 no"))
    path = tmp_path / "b.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.md", "nothing")
    with pytest.raises(InputError, match="got none of them"):
        read(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", b" " * 1_000_001)
    with pytest.raises(InputError, match="times its size"):
        read(path)


def test_a_picture_is_looked_for_in_the_folder_of_the_file_alone(tmp_path: Path) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    file(tmp_path, "secret.png", samples.png())
    text = samples.EUIPO.replace("<MarkImageFilename>018999001<", "<MarkImageFilename>../secret<")
    rights, problems, _ = read(file(inside, "eutm.xml", text))
    assert "EM-018999001" not in rights
    assert any("picture is not there; left out: '../secret.png'" in line for line in problems)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (">018999001</MarkImageF", f">{'x' * 5000}</MarkImageF", "picture is not there; left out"),
        (">Nebelfang<", f">{'Nebel' * 500}<", "text is longer than 2000 characters"),
        (">018999003<", f">{'9' * 500}<", "number is longer than 200 characters; left out"),
        (">2035-01-01<", ">2035-02-31<", "day of expiry is none; left out: '2035-02-31'"),
        ("</MarkImageDetails>\n<Goods", "</MarkImageDetails><DesignationDetails>"
         "<DesignatedCountry><DesignatedCountryCode>Elsewhere</DesignatedCountryCode>"
         "</DesignatedCountry></DesignationDetails>\n<Goods", "country is no code of two letters"),
    ],
    ids=["picture", "name", "number", "day", "country"],
)  # fmt: skip
def test_what_is_odd_is_told(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in samples.EUIPO
    file(tmp_path, "018999001.jpg", samples.png())
    rights, problems, _ = read(file(tmp_path, "eutm.xml", samples.EUIPO.replace(old, new)))
    assert any(told in line for line in problems)
    assert rights["EM-018999001"].images == ("018999001.jpg",)  # by the number of the mark
