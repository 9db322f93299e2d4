"""The tables of phrases, as they are made and kept."""

from __future__ import annotations

import orjson
import pytest

from matchers import phrasebook
from matchers.phrasebook import list_goods, list_phrases, plural_forms


def test_plural_forms() -> None:
    assert {"berry", "berries"} <= set(plural_forms("berries"))
    assert {"knife", "knives"} <= set(plural_forms("knives"))
    assert plural_forms("包") == {"包"}


def test_phrases_are_found_by_their_tokens() -> None:
    sizes, runs, gapped = list_phrases()
    assert (2, True) in sizes["pre"]
    assert "second_hand" in gapped["pre owned"][0][1]
    assert runs["replica"] == ["copies"]
    goods = list_goods()[1]
    assert goods["watches"] == goods["watch"] == ["14"]


def test_they_are_what_json_gives_back() -> None:
    for made in (list_phrases(), list_goods()):
        kept = orjson.loads(orjson.dumps(made))
        assert orjson.dumps(kept) == orjson.dumps(made)


def test_a_phrase_begins_with_a_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phrasebook, "load_sections", lambda _: {"14": ("+watch",)})
    with pytest.raises(ValueError, match="begins with a letter, got '\\+watch"):
        list_goods()
