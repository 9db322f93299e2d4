from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from pipelines.takedown.layout import (
    WIDTH,
    exact_url,
    finalize,
    is_unseen,
    make_visible,
    paragraph,
    postal,
    row,
    wrap,
)

LATIN_AND_CHINESE = st.text(alphabet="ab  ，。（）中文字“”.-", max_size=300)


@given(st.text(max_size=200))
def test_visible_text_is_one_line_without_unseen_characters(text: str) -> None:
    shown = make_visible(text)
    assert len(shown.splitlines()) <= 1
    assert not any(is_unseen(char) for char in shown)
    shown.encode()


@given(st.text(max_size=200))
def test_visible_text_stays_as_it_is(text: str) -> None:
    assert make_visible(make_visible(text)) == make_visible(text)


def test_what_is_hidden_is_named() -> None:
    assert make_visible("a\u200bb\u202ec\x00d\u3164") == "a[U+200B]b[U+202E]c[U+0000]d[U+3164]"
    assert make_visible("a\r\nb\nc\td") == "a⏎b⏎c d"
    assert make_visible("奥雷利奥 Аurеliо é 😀") == "奥雷利奥 Аurеliо é 😀"


@given(LATIN_AND_CHINESE)
def test_wrapped_lines_fit_and_lose_nothing(text: str) -> None:
    wrapped = wrap(text)
    for line in wrapped.split("\n"):
        assert cell_len(line) <= WIDTH or " " not in line
        assert line == line.strip()
    assert "".join(wrapped.split()) == "".join(text.split())


def test_chinese_width_counts_twice() -> None:
    assert [cell_len(line) for line in wrap("中" * 50).split("\n")] == [78, 22]


def test_closing_marks_start_no_line_and_opening_marks_end_none() -> None:
    text = "中" * 38 + "文，" + "中" * 36 + "（文字）"
    assert wrap(text).split("\n") == ["中" * 38, "文，" + "中" * 36, "（文字）"]


def test_addresses_are_never_broken() -> None:
    url = "https://shop.example/" + "a-b," * 40 + "%E4%B8%AD"
    assert url in paragraph(f"See {url} for it").split("\n")


def test_row_goes_on_under_its_value() -> None:
    assert row("Why:", "word " * 20, column=8).split("\n") == [
        "Why:    " + " ".join(["word"] * 14),
        "        " + " ".join(["word"] * 6),
    ]
    assert row("理由：", "好", column=8) == "理由：  好"


def test_finalize_lets_only_laid_text_keep_its_lines() -> None:
    assert finalize("a\nb") == "a⏎b"
    assert finalize(row("Why:", "word " * 20)).count("\n") == 1
    assert finalize(3) == "3"


def test_url_is_made_unbreakable() -> None:
    assert exact_url("https://a.example/中?q=1 2\n\u202e") == (
        "https://a.example/中?q=1%202%0A%E2%80%AE"
    )


def test_postal_address_becomes_one_line() -> None:
    assert postal("1 Road,\n\n Beijing ") == "1 Road, Beijing"
