"""Makes the tables by which ``matchers.lexicon`` finds phrases, from the files of the vocabulary.

``matchers.kept`` keeps them. They hold lists where others have tuples, as JSON does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from matchers.lexicon import KANA, WITH_KANA, WORD_SETS, find_tokens, fold_text
from matchers.vocabulary import find_languages, load_language, load_sections

_HYPHEN = re.compile(r"(?<=\w)-(?=\w)")
"""Pre-owned and pre owned are one phrase, so that all that is said of either is found."""

Heads = dict[str, dict[str, list[tuple[int, bool]]]]
"""First token -> second -> how many tokens the phrases have that begin with these, the most first,
and whether something stands between or after them. The second is empty for phrases of one token."""
Entry = tuple[list[str], list[int]]
"""What a phrase says: sections of the vocabulary, and Nice classes of goods."""
Runs = dict[str, Entry]
"""Text -> what it says, of single words and of characters in a row."""
Gapped = dict[str, list[tuple[list[str], Entry]]]
"""Tokens, joined by spaces -> of each phrase of these tokens with something between or after them,
what that is, and what it says."""


def list_phrases() -> tuple[Heads, Runs, Gapped]:
    """Return the phrases of all languages, and the words for goods in singular and plural."""
    found: dict[str, tuple[dict[str, None], dict[int, None]]] = {}
    for text, section in _read_phrases():
        found.setdefault(_key(text), ({}, {}))[0][section] = None
    for text, number in _read_goods():
        found.setdefault(_key(text), ({}, {}))[1][number] = None
    return _list({text: (list(said), list(goods)) for text, (said, goods) in found.items()})


def _key(phrase: str) -> str:
    return _HYPHEN.sub(" ", fold_text(phrase))


def _list(found: dict[str, Entry]) -> tuple[Heads, Runs, Gapped]:
    """Return the tables of phrases."""
    heads: dict[str, dict[str, set[tuple[int, bool]]]] = {}
    runs: Runs = {}
    gapped: Gapped = {}
    for text, entry in found.items():
        tokens = list(find_tokens(text))
        if not tokens or tokens[0].start():
            raise ValueError(f"expected a phrase that begins with a letter, got {text!r}")
        gaps = [*(text[a.end() : b.start()] for a, b in pairwise(tokens)), text[tokens[-1].end() :]]
        second = tokens[1][0] if len(tokens) > 1 else ""
        seconds = heads.setdefault(tokens[0][0], {})
        seconds.setdefault(second, set()).add((len(tokens), any(gaps)))
        if any(gaps):
            key = " ".join(token[0] for token in tokens)
            gapped.setdefault(key, []).append((gaps, entry))
        else:
            runs[text] = entry
    for phrases in gapped.values():
        # of phrases with the same tokens, the one with more after them (aaa++) comes first
        phrases.sort(key=lambda phrase: -len(phrase[0][-1]))
    ordered = {
        first: {second: sorted(counts, reverse=True) for second, counts in seconds.items()}
        for first, seconds in heads.items()
    }
    return ordered, runs, gapped


def _read_goods() -> Iterator[tuple[str, int]]:
    for number, entries in load_sections("classes").items():
        for entry in entries:
            for form in plural_forms(entry):
                yield form, int(number)


def _read_phrases() -> Iterator[tuple[str, str]]:
    for language in find_languages("phrases"):
        for section, entries in load_language("phrases", language).items():
            if section.endswith("_key") or section == "no_brand" or section in WORD_SETS:
                continue  # whole fields, and words that are looked at where they matter
            for entry in entries:
                only = language == "ja" and not KANA.search(entry)
                yield entry, (WITH_KANA if only else "") + section


def plural_forms(phrase: str) -> Iterable[str]:
    """Return singular and plural of an English phrase, and what else the rules may make of it."""
    if not phrase.isascii():
        return {phrase}
    forms = {phrase}
    if phrase.endswith("ies") and len(phrase) > 4:
        forms.add(phrase[:-3] + "y")
    if phrase.endswith("ves") and len(phrase) > 4:
        forms |= {phrase[:-3] + "f", phrase[:-3] + "fe"}
    if phrase.endswith("es") and len(phrase) > 4:
        forms.add(phrase[:-2])
    if phrase.endswith("s") and not phrase.endswith("ss") and len(phrase) > 3:
        forms.add(phrase[:-1])
    for single in tuple(forms):
        if single.endswith("y"):
            forms.add(single[:-1] + "ies")
        if single.endswith("f"):
            forms.add(single[:-1] + "ves")
        forms |= {single + "s", single + "es"}
    return forms
