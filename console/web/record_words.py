"""What records say of themselves, in the language of the visit.

Records are written once, in English, and are evidence: nothing in them is changed. Their sentences
are made of few patterns, which ``phrases/records.toml`` has in both languages; a page that speaks
Chinese says a sentence by its pattern. One that is not known, of a newer version or of others, is
shown as it stands and marked as English.
"""

from __future__ import annotations

import re
import string
from functools import cache, lru_cache

from markupsafe import Markup, escape

from console.web.words import load_words
from matchers.wording import Language
from pipelines.takedown.layout import make_visible

AREA = "records."
REST = "rest"
"""The place of a pattern that holds a sentence of its own."""
BETWEEN = "; "
"""What stands between two sentences of one record."""
KEPT = 2048
"""Sentences whose words are remembered."""
LONGEST = 2000
"""Code points of a sentence that is looked at; a longer one is none of ours."""
MOST_PARTS = 8
"""Sentences of one record that are looked at."""
PLACES = {"rest": ".+?", "title": ".+?", "name": ".+?", "words": ".+?", "url": r"\S+?"}
"""What stands in a place; in all others a few words, so that no text makes the search long."""
FEW = "[^;]{1,80}?"


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return pattern and key of every sentence, those with most words of their own first."""
    found = [(key, said["en"]) for key, said in load_words().items() if key.startswith(AREA)]
    found.sort(key=lambda item: -sum(len(text) for text, *_ in string.Formatter().parse(item[1])))
    return tuple((_pattern(text), key) for key, text in found)


def _pattern(text: str) -> re.Pattern[str]:
    parts = [
        re.escape(own) + (f"(?P<{place}>{PLACES.get(place, FEW)})" if place else "")
        for own, place, _, _ in string.Formatter().parse(text)
    ]
    return re.compile("".join(parts), re.DOTALL)


@lru_cache(maxsize=KEPT)
def find_words(sentence: str, language: Language) -> str | None:
    """Return a record's English sentence in a language; None where its pattern is not known."""
    if language == "en":
        return sentence
    if len(sentence) > LONGEST:
        return None
    if whole := _find_one(sentence, language):
        return whole
    parts = sentence.split(BETWEEN)
    if not 1 < len(parts) <= MOST_PARTS:
        return None
    said = [_find_one(part, language) for part in parts]
    return "；".join(part for part in said if part) if all(said) else None


def _find_one(sentence: str, language: Language) -> str | None:
    for pattern, key in _patterns():
        if found := pattern.fullmatch(sentence):
            places = found.groupdict()
            if REST in places:
                places[REST] = find_words(places[REST], language) or places[REST]
            return load_words()[key][language].format(**places)
    return None


def say_record(text: object, language: Language) -> Markup:
    """Return a record's sentences as HTML, what cannot be seen made visible."""
    said = find_words(str(text), language)
    if said is None:
        return Markup('<bdi lang="en">{}</bdi>').format(make_visible(str(text)))
    return Markup("<bdi>{}</bdi>").format(escape(make_visible(said)))
