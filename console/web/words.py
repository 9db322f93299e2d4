"""The words of the console, in English and Chinese: a TOML file an area, a table for each key.

``phrases/queue.toml`` with ``[title]`` holds ``queue.title``; every table has ``en`` and ``zh``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import get_args

from matchers.wording import Language

FOLDER = Path(__file__).parent / "phrases"
LANGUAGES: tuple[Language, ...] = get_args(Language)


@cache
def load_words() -> Mapping[str, Mapping[Language, str]]:
    """Return all words by ``area.key``, then by language."""
    words: dict[str, Mapping[Language, str]] = {}
    for file in sorted(FOLDER.glob("*.toml")):
        for key, said in tomllib.loads(file.read_text(encoding="utf-8")).items():
            words[f"{file.stem}.{key}"] = said
    return words


def say(key: str, language: Language, **values: object) -> str:
    """Return the words of a key, its ``{places}`` filled with the values.

    :raises KeyError: when no file has the key, or a place has no value
    """
    text = load_words()[key][language]
    return text.format(**values) if values else text


def parse_accepted(header: str) -> Language:
    """Return the language to speak, from a browser's ``Accept-Language``; English unless asked."""
    best, found = 0.0, "en"
    for number, part in enumerate(header.split(",")[:20]):
        tag, _, quality = part.strip().partition(";")
        try:
            weight = float(quality.strip().removeprefix("q=") or 1) - number / 1000
        except ValueError:
            continue
        name = tag.strip().lower().partition("-")[0]
        if name in LANGUAGES and weight > best:
            best, found = weight, name
    return "zh" if found == "zh" else "en"
