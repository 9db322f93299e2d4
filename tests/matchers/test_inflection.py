from __future__ import annotations

from matchers.inflection import is_inflected


def test_words_are_inflected_and_names_are_not() -> None:
    for word in ("apple", "target", "boss", "coach", "penguin", "camel", "tide", "fossil"):
        assert is_inflected(word), word
    for name in ("nike", "gucci", "rolex", "sony", "samsung", "adidas", "chanel", "toyota"):
        assert not is_inflected(name), name
