"""Boilerplate counts nothing, what two hold counts half, and editions are found whole."""

from __future__ import annotations

from matchers.texts.index import TextIndex
from tests.matchers.texts.written import write_han, write_words

NOTICE = write_words(60, 500)


def _counts(texts: list[tuple[int, str]], page: str) -> dict[int, float]:
    return {match.owner: match.counted for match in TextIndex(texts).find(page)}


def _with_notice(owner: int) -> str:
    return f"{write_words(200, owner)} {NOTICE} {write_words(200, owner + 50)}"


def test_a_notice_of_many_owners_is_not_told() -> None:
    texts = [(owner, _with_notice(owner)) for owner in range(3)]
    assert _counts(texts, f"{write_words(90, 90)} {NOTICE}") == {}
    assert _counts(texts[:1], NOTICE) == {0: 60}


def test_many_texts_of_one_owner_make_no_boilerplate() -> None:
    texts = [(0, _with_notice(number)) for number in range(5)]
    assert _counts(texts, NOTICE) == {0: 60}


def test_what_is_copied_besides_the_notice_counts() -> None:
    texts = [(owner, _with_notice(owner)) for owner in range(3)]
    found = _counts(texts, _with_notice(1))
    assert list(found) == [1]
    assert 395 <= found[1] <= 410  # grams over the edge of the notice are nobody else's


def test_what_two_owners_hold_counts_half() -> None:
    quoted = write_words(100, 1)
    texts = [(0, f"{quoted} {write_words(900, 2)}"), (1, f"{write_words(900, 3)} {quoted}")]
    found = _counts(texts, quoted)
    assert set(found) == {0, 1}
    assert all(45 <= counted <= 56 for counted in found.values())


def test_two_editions_are_both_found_whole() -> None:
    for work in (write_words(1000, 1), write_han(1000, 1)):
        words = work.split() if " " in work else list(work)
        joined = " " if " " in work else ""
        other = joined.join([*words[:400], write_words(20, 7), *words[400:]])
        whole = TextIndex([(0, work)]).find(work)[0].units
        texts = [(0, work), (1, other), (2, write_words(1000, 4))]
        found = _counts(texts, joined.join(words))
        assert set(found) == {0, 1}
        assert all(counted >= 0.98 * whole for counted in found.values())


def test_a_work_in_anthologies_is_found_in_all() -> None:
    story = write_words(1000, 1)
    texts = [(0, story)]
    texts += [(owner, f"{write_words(5000, owner)} {story}") for owner in (1, 2, 3)]
    assert {owner for owner, counted in _counts(texts, story).items() if counted > 950} == {
        0,
        1,
        2,
        3,
    }


def test_a_long_licence_makes_no_editions_of_many_manuals() -> None:
    licence = write_words(2000, 1)
    texts = [(owner, f"{write_words(300, owner + 2)} {licence}") for owner in range(10)]
    assert _counts(texts, licence) == {}


def test_short_texts_that_share_a_notice_are_no_editions() -> None:
    texts = [(owner, f"{write_words(40, owner)} {NOTICE}") for owner in range(4)]
    assert _counts(texts, NOTICE) == {}


def test_set_phrases_in_many_texts_are_words_like_others() -> None:
    phrase = write_words(8, 400)
    texts = [
        (owner, f"{write_words(90, owner)} {phrase} {write_words(90, owner + 50)}")
        for owner in range(5)
    ]
    assert _counts(texts, texts[2][1]) == {2: 188}
