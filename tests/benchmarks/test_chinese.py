"""Precision of Han names, on made-up titles; and how the tables of Han characters are made."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.chinese import (
    LEVELS,
    Row,
    cross_validate,
    find_precision,
    find_rows,
    fit,
    format_report,
    make_rights,
    read_titles,
)
from benchmarks.make_han_tables import find_common, load_unihan, without_tone

BRANDS = ("云雀堂", "青瓷小筑", "木棉", "白鹿记")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "titles").mkdir()
    (tmp_path / "marks").mkdir()
    beauty = [{"title": f"{brand}面霜50g 补水保湿", "brand": brand} for brand in BRANDS]
    named = [{"title": f"新款 {brand} 手提包", "brands": [brand]} for brand in BRANDS]
    named.append({"title": "包邮手提包木棉布料", "brands": []})
    for name, rows in (("taobao_beauty_zh", beauty), ("taobao_ecner_zh", named)):
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (tmp_path / f"titles/{name}.jsonl").write_text(lines, encoding="utf-8")
    (tmp_path / "marks/taobao_brand_gazetteer_zh.txt").write_text(",\n包邮\n12\n", "utf-8")
    (tmp_path / "marks/zh_company_short_names.txt").write_text("手提\n云\n", "utf-8")
    return tmp_path


def test_rows_say_which_names_are_the_brand(data: Path) -> None:
    titles = read_titles(data)
    rights = make_rights(titles, data, seed=1)
    assert {right.name for right in rights} == {*BRANDS, "包邮", "手提"}
    rows = list(find_rows(titles, rights))
    assert sum(row.answer for row in rows) == 2 * len(BRANDS)
    right = [row.bits for row in rows if row.answer]
    wrong = [row.bits for row in rows if not row.answer]
    assert min(right) > max(wrong)
    report = format_report(titles, rows, rights)
    assert report.splitlines()[1].split()[-2:] == ["1.000", "1.000"]


def _row(mark: str, answer: bool, *levels: str) -> Row:
    return Row(file="f", mark=mark, answer=answer, bits=0.0, levels=levels, rest=0.0)


def test_the_fit_finds_which_level_speaks_for_a_name() -> None:
    good, bad = "han_before: nothing", "han_before: words"
    rows = [_row(f"m{n}", True, good) for n in range(40)]
    rows += [_row(f"n{n}", False, bad) for n in range(40)]
    bits = dict(zip(LEVELS, fit(rows), strict=True))
    assert bits[good] > 2
    assert bits[bad] < -2
    assert all(bit == pytest.approx(0) for level, bit in bits.items() if level not in (good, bad))
    judged = cross_validate(rows)
    assert min(judged[:40]) > 0 > max(judged[40:])


def test_precision_at_a_number_of_correct_rows() -> None:
    bits = np.array([5.0, 4.0, 3.0, 2.0])
    answers = np.array([1.0, 0.0, 1.0, 1.0])
    assert find_precision(bits, answers, 1) == 1
    assert find_precision(bits, answers, 2) == pytest.approx(2 / 3)
    assert np.isnan(find_precision(bits, answers, 4))
    tied = np.array([5.0, 5.0, 3.0, 2.0])
    assert find_precision(tied, answers, 1) == 0.5


@pytest.mark.parametrize(
    ("syllable", "plain"),
    [("shī", "shi"), ("nǚ", "nv"), ("lüè", "lve"), ("ế", "e"), ("ḿ", "m"), ("zhòng", "zhong")],
)
def test_syllables_lose_their_tones(syllable: str, plain: str) -> None:
    assert without_tone(syllable) == plain


def test_the_standard_characters(tmp_path: Path) -> None:
    text = "# Unihan\nU+5586\tkTGH\t2013:6925\nU+5586\tkCangjie\tGRGR\n"
    (tmp_path / "Unihan_OtherMappings.txt").write_text(text, encoding="utf-8")
    assert next(load_unihan(tmp_path, "OtherMappings")) == ("喆", "kTGH", "2013:6925")
    common = find_common(tmp_path)
    assert len(common) == 6763 + 1
    assert {"喆", "啊", "齄"} <= set(common)
