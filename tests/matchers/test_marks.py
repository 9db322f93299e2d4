"""Names are found through every disguise, and near-miss words are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchers.marks import MarkIndex, NameMatch

FORMS = (
    "Aurelio",
    "奥雷利奥",
    "Nordwind",
    "云雀",
    "青瓷小筑",
    "Casa Verdana",
    "QZ",
    "Снегирь",
    "Vélorine",
    "Zorvex",
    "K9 Trail",
    "Muzo",
)
INDEX = MarkIndex(enumerate(FORMS))


def _one(text: str) -> NameMatch:
    found = INDEX.find(text)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("text", "form", "written", "edits"),
    [
        ("Aurelio bag", "Aurelio", "Aurelio", ""),
        ("bag AURELIO's", "Aurelio", "AURELIO", ""),
        ("新款Aurelio包", "Aurelio", "Aurelio", ""),
        ("Аurеliо bag", "Aurelio", "Аurеliо", "homoglyph"),
        ("Aur3l1o bag", "Aurelio", "Aur3l1o", "leet"),
        ("A u r e l i o bag", "Aurelio", "A u r e l i o", "spaced"),
        ("A.u r-e_l i o bag", "Aurelio", "A.u r-e_l i o", "punctuated spaced"),
        ("A\u200bu\u200brelio", "Aurelio", "A\u200bu\u200brelio", "zero_width"),
        ("Ａｕｒｅｌｉｏ", "Aurelio", "Ａｕｒｅｌｉｏ", "full_width"),
        ("Аur3liо", "Aurelio", "Аur3liо", "homoglyph leet"),
        ("Nord wind jacket", "Nordwind", "Nord wind", "split"),
        ("Nord-wind jacket", "Nordwind", "Nord-wind", "punctuated"),
        ("CasaVerdanaBag", "Casa Verdana", "CasaVerdana", "joined"),
        ("casa-verdana", "Casa Verdana", "casa-verdana", ""),
        ("aureliobag red", "Aurelio", "aurelio", "joined"),
        ("Nordwind2026", "Nordwind", "Nordwind", "joined"),
        ("Velorine perfume", "Vélorine", "Velorine", ""),
        ("Vélorine", "Vélorine", "Vélorine", ""),
        ("СНЕГИРЬ куртка", "Снегирь", "СНЕГИРЬ", ""),
        ("新款奥雷利奥包包", "奥雷利奥", "奥雷利奥", ""),
        ("奧雷利奧 女包", "奥雷利奥", "奧雷利奧", "traditional"),
        ("奥 雷 利 奥", "奥雷利奥", "奥 雷 利 奥", "spaced"),
        ("青*瓷*小*筑 花瓶", "青瓷小筑", "青*瓷*小*筑", "punctuated"),
        ("云·雀 茶叶", "云雀", "云·雀", "punctuated"),
        ("正品云雀茶", "云雀", "云雀", ""),
        ("Nordwnid jacket", "Nordwind", "Nordwnid", "swapped"),
        ("Muzzo mug", "Muzo", "Muzzo", "doubled"),
        ("Mzuo mug", "Muzo", "Mzuo", "swapped"),
        ("Nordwid jacket", "Nordwind", "Nordwid", "dropped"),
        ("МUZО mug", "Muzo", "МUZО", "homoglyph"),
        ("Aurello bag", "Aurelio", "Aurello", "typo"),
        ("奥雷利亚 包", "奥雷利奥", "奥雷利亚", "typo"),
        ("QZ watch", "QZ", "QZ", ""),
        ("qz watch", "QZ", "qz", ""),
        ("\u202eoileruA\u202c bag", "Aurelio", "oileruA", "reversed"),
        ("Аурелио сумка", "Aurelio", "Аурелио", "romanised"),
        ("Verdana Casa bag", "Casa Verdana", "Verdana Casa", "reordered"),
        ("CS VRDN bag", "Casa Verdana", "CS VRDN", "vowels_dropped"),
        ("Orelio bag", "Aurelio", "Orelio", "sound"),
        ("bagsaurelio", "Aurelio", "aurelio", "joined"),
        ("Aurelio'5 bag", "Aurelio", "Aurelio", ""),
        ("奥累利奥 女包", "奥雷利奥", "奥累利奥", "homophone"),
        ("奥lei利奥 女包", "奥雷利奥", "奥lei利奥", "homophone"),
        ("澳雷利奥", "奥雷利奥", "澳雷利奥", "homophone"),
        ("青瓷小巩 花瓶", "青瓷小筑", "青瓷小巩", "typo"),
        ("奥利雷奥", "奥雷利奥", "奥利雷奥", "swapped"),
        ("奥雪利奥 女包", "奥雷利奥", "奥雪利奥", "han_lookalike"),
        ("Q瓷小筑", "青瓷小筑", "Q瓷小筑", "initials"),
        ("Мuzu", "Muzo", "Мuzu", "homoglyph typo"),
    ],
)
def test_finds_a_name(text: str, form: str, written: str, edits: str) -> None:
    match = _one(text)
    assert (match.form, match.text, " ".join(match.edits)) == (form, written, edits)
    assert text[slice(*match.span)] == written


@pytest.mark.parametrize(
    "text",
    [
        "Aura lights",
        "q.z. watch 92",
        "Muso kitchen",
        "奥利奥 饼干",
        "飞云，雀巢",
        "白云 雀巢咖啡",
        "north wind",
        "No r d, wind",
        "Casa, Verdana",
        "K7 Trail",
        "5010 M",
        "vortex mug",
        "sizes M U Z",
    ],
)
def test_leaves_other_words_alone(text: str) -> None:
    assert INDEX.find(text) == []


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("cups to go", "Togo"),
        ("sold as is", "Asis"),
        ("do it yourself", "Doit"),
        ("switch in on", "Inon"),
        ("A to go box", "Atogo"),
    ],
)
def test_ordinary_words_in_a_row_are_no_name_spelt_out(text: str, form: str) -> None:
    assert MarkIndex([(0, form)]).find(text) == []


@pytest.mark.parametrize("text", ["T o g o cups", "T.o.g.o", "To g o cups"])
def test_a_name_letter_by_letter_is_spelt_out(text: str) -> None:
    found = MarkIndex([(0, "Togo")]).find(text)
    assert [match.disguised for match in found] == ([] if text.startswith("To g") else [True])


@pytest.mark.parametrize(
    ("text", "form", "disguised"),
    [
        ("МАРКА", "Mapka", False),
        ("НЕВА", "Heba", False),
        ("МАМА", "Mama", False),
        ("Шины Кама", "Kama", False),
        ("Шины Кама R16 XL", "Kama", False),
        ("ΜΑΝΟ", "Mano", False),
        ("ΜΑΝΟ παπούτσια", "Mano", False),
        ("МАNО", "Mano", True),
        ("Обувь МАNО", "Mano", True),
        ("МАНО leather shoes", "Mahо", True),
        ("МАМА 女包", "Mama", True),
        ("АВС mug", "ABC", True),
        ("АВСО mug", "ABCO", True),
        ("𝓜𝓪𝓷𝓸 shoes", "Mano", True),
    ],
)
def test_another_alphabet_hides_a_name_only_in_a_foreign_text(
    text: str, form: str, disguised: bool
) -> None:
    (match,) = MarkIndex([(0, form)]).find(text)
    assert match.disguised == disguised
    assert ("other_script" in match.edits) == (not disguised)


@pytest.mark.parametrize(
    ("text", "form", "begins", "ends"),
    [
        ("精美的礼物盒子", "美的", False, True),
        ("扩大益生菌", "大益", False, False),
        ("大益 普洱", "大益", True, True),
        ("【大益】普洱", "大益", True, True),
        ("大益沱", "大益", True, False),
        ("Tea大益2024", "大益", True, True),
        ("正品云雀", "云雀", True, True),
        ("大自然堂屋", "自然堂", False, False),
    ],
)
def test_tells_where_unspaced_words_begin_and_end(
    text: str, form: str, begins: bool, ends: bool
) -> None:
    (match,) = MarkIndex([(0, form)]).find(text)
    assert (match.begins, match.ends) == (begins, ends)


def test_a_common_word_or_its_plural_is_no_misspelling() -> None:
    index = MarkIndex([(0, "Stylorn"), (1, "Candlez")])
    assert index.find("Styles and candles") == []
    assert [match.form for match in index.find("Stilorn")] == ["Stylorn"]


def test_another_name_is_no_misspelling() -> None:
    index = MarkIndex([(0, "Verdana"), (1, "Verdano")])
    assert [(m.owner, m.distance) for m in index.find("Verdano")] == [(1, 0)]


def test_two_rights_with_one_name_are_both_found() -> None:
    index = MarkIndex([(0, "Aurelio"), (1, "Aurelio")])
    assert [match.owner for match in index.find("Aurelio")] == [0, 1]


def test_of_overlapping_forms_the_longer_is_kept() -> None:
    index = MarkIndex([(0, "Verdana"), (0, "Casa Verdana")])
    assert [match.form for match in index.find("Casa Verdana")] == ["Casa Verdana"]


@pytest.mark.parametrize("forms", [[], [(0, "")], [(0, "!")], [(0, "x")]])
def test_nothing_to_find(forms: list[tuple[int, str]]) -> None:
    assert MarkIndex(forms).find("X Aurelio!") == []


def test_marks_ordinary_words() -> None:
    index = MarkIndex([(0, "Silver Fox"), (1, "Aurelio Fox")])
    silver, aurelio = index.find("Silver Fox, Aurelio Fox")
    assert (silver.common, silver.words, silver.ordinary) == (True, 2, True)
    assert (aurelio.common, aurelio.ordinary) == (False, False)


@pytest.mark.parametrize(
    ("name", "ordinary"),
    [("Apple", True), ("Gap", True), ("Zoom", True), ("The North Face", True), ("现代", True)]
    + [(name, False) for name in ("Sony", "Samsung", "Nike", "Google", "Hugo Boss", "耐克")],
)
def test_famous_names_are_no_ordinary_words(name: str, ordinary: bool) -> None:
    (match,) = MarkIndex([(0, name)]).find(name)
    assert match.ordinary == ordinary


@pytest.mark.parametrize(("text", "hidden"), [("S O N Y tv", True), ("Z O O M lens", False)])
def test_ordinary_words_are_set_apart_for_show(text: str, hidden: bool) -> None:
    (match,) = MarkIndex([(0, "Sony"), (0, "Zoom")]).find(text)
    assert match.edits == ("spaced",)
    assert match.disguised == hidden


@given(st.text(), st.sampled_from(FORMS), st.text())
def test_any_text_is_searched_and_spans_show_their_text(left: str, form: str, right: str) -> None:
    text = left + form + right
    for match in INDEX.find(text):
        start, end = match.span
        assert 0 <= start < end <= len(text)
        assert match.text == text[start:end]


@given(st.text(st.characters(categories=("Ll", "Zs", "Po"))), st.sampled_from(FORMS))
def test_a_name_between_spaces_is_found_whatever_precedes(left: str, form: str) -> None:
    spans = [m.span for m in INDEX.find(f"{left} {form} ") if m.distance == 0]
    place = len(left) + 1
    assert any(start <= place and place + len(form) <= end for start, end in spans)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("Mission: Verdana", "Mission: Verdana poster"),
        ("The Lark, the Wolf and the Wardrobe", "Book The Lark, the Wolf and the Wardrobe used"),
        ('Toys "V" Us', 'Toys "V" Us store'),
        ("红楼雀：前传", "红楼雀：前传 小说"),
        (
            "An Odd Case of Doctor Aurelio and Mister Nordwind and Other Tales of Terror, Told",
            "An Odd Case of Doctor Aurelio and Mister Nordwind and Other Tales of Terror, Told X",
        ),
    ],
)
def test_a_name_with_signs_is_found_as_it_is_written(form: str, text: str) -> None:
    (match,) = MarkIndex([(0, form)]).find(text)
    assert (match.text, match.edits) == (form, ())


@pytest.mark.parametrize(
    ("form", "text", "span"),
    [
        ("Aurelio", "au\u202eoiler\u202c shoes", (0, 8)),
        ("Aurelio", "\u202eua\u202crelio shoes", (1, 9)),
        ("国云雀", "\u202e雀云\u0301国", (1, 5)),
    ],
)
def test_spans_take_in_what_is_read_backwards(form: str, text: str, span: tuple[int, int]) -> None:
    (match,) = MarkIndex([(0, form)]).find(text)
    assert match.span == span


@pytest.mark.parametrize(
    ("text", "found"),
    [("NK DK low", True), ("new NK DK", True), ("nk dk low", False), ("NK DK LOW", False)],
)
def test_words_without_vowels_are_a_name_in_capitals(text: str, found: bool) -> None:
    matches = MarkIndex([(0, "Nike Dunk")]).find(text)
    assert [match.edits for match in matches] == ([("vowels_dropped",)] if found else [])


def test_marks_that_make_no_character_with_their_base_are_read() -> None:
    index = MarkIndex([(0, "Aurelio"), (1, "ल\u0921\u093cक")])
    assert [m.owner for m in index.find("Aurelio ल\u0921\u093cक \u093c")] == [0, 1]


def test_names_of_very_long_words_are_compared_no_further_than_they_go() -> None:
    word = "a" * 35 + "bcdefg" * 6
    assert MarkIndex([(0, f"{word} Zqrtx")]).find(f"{word} Zqrtz shoes") == []
