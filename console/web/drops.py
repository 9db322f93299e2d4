"""What a site yields less of, in the language of who reads it."""

from __future__ import annotations

import re

from console.web.words import load_words, say
from matchers.wording import Language

_LISTINGS = re.compile(r"(\S+) listings, usually (\S+)")
_FIELD = re.compile(r"(\S+) of the listings have a (\w+), usually (\S+)")


def say_drop(words: str, language: Language) -> str:
    """Return what a site yields less of, as an alarm has it, in a language."""
    if found := _LISTINGS.fullmatch(words):
        return say("sweeps.drop_listings", language, now=found[1], usual=found[2])
    if (found := _FIELD.fullmatch(words)) and f"sweeps.field_{found[2]}" in load_words():
        field = say(f"sweeps.field_{found[2]}", language)
        return say("sweeps.drop_field", language, now=found[1], field=field, usual=found[3])
    return words
