"""The words for kinds, states and outcomes of tips, in English and Chinese."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from crawler.store.tip_states import TipStatus
from crawler.tips import TipKind, TipState
from matchers.wording import Language

FILE = Path(__file__).with_name("words.toml")


@cache
def load_tip_words() -> Mapping[str, Mapping[str, Mapping[Language, str]]]:
    """Return group -> name -> the words by language."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def kind_words(kind: TipKind, language: Language) -> str:
    """Return what a kind is called."""
    return load_tip_words()["kind"][kind][language]


def state_words(state: TipState, language: Language) -> str:
    """Return how far a tip has come, in a few words."""
    return load_tip_words()["state"][state][language]


def outcome_words(status: TipStatus, language: Language) -> str:
    """Return what whoever gave a tip is told of it: nothing of hits, people or other tips."""
    words = load_tip_words()
    told = words["told"][status.state][language]
    if status.state != "refused" or status.why is None or status.why not in words["why"]:
        return told  # a person's reason for refusing is for the house
    gap = " " if language == "en" else ""
    return f"{told}{gap}{words['why'][status.why][language]}"


def why_words(status: TipStatus, language: Language) -> str:
    """Return why a tip is refused or was not had, for those who work with it; empty without."""
    if status.why is None:
        return ""
    words = load_tip_words()["why"].get(status.why)
    return words[language] if words else status.why
