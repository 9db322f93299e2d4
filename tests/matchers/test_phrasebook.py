"""The tables of phrases, as they are made and kept."""

from __future__ import annotations

import orjson
import pytest

from matchers import phrasebook
from matchers.phrasebook import list_phrases, plural_forms


def test_plural_forms() -> None:
    assert {"berry", "berries"} <= set(plural_forms("berries"))
    assert {"knife", "knives"} <= set(plural_forms("knives"))
    assert plural_forms("包") == {"包"}


def test_phrases_are_found_by_their_tokens() -> None:
    heads, runs, gapped = list_phrases()
    assert heads["pre"]["owned"] == [(2, True)]
    assert heads["replica"][""] == [(1, False)]
    assert gapped["pre owned"][0][1] == (["second_hand"], [])
    assert runs["replica"] == (["copies"], [])
    assert runs["watches"] == runs["watch"] == ([], [14])


def test_they_are_what_json_gives_back() -> None:
    made = list_phrases()
    kept = orjson.loads(orjson.dumps(made))
    assert orjson.dumps(kept) == orjson.dumps(made)


def test_a_phrase_begins_with_a_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phrasebook, "load_sections", lambda _: {"14": ("+watch",)})
    with pytest.raises(ValueError, match="begins with a letter, got '\\+watch"):
        list_phrases()
