"""The word lists are tidy."""

from __future__ import annotations

from pathlib import Path

import pytest

import matchers.vocabulary
from matchers.vocabulary import load_pairs, load_words

FILES = sorted(Path(matchers.vocabulary.__file__).parent.glob("*.txt"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.stem))
def test_says_what_it_is_and_repeats_nothing(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    entries = [line for line in lines if line and not line.startswith("#")]
    assert lines[0].startswith("# ")
    assert len(entries) == len(set(entries)) == len(load_words(path.stem))
    assert all(entry == entry.strip() for entry in entries)


def test_lookalikes_are_pairs_of_one_character() -> None:
    assert all(len(a) == len(b) == 1 and b.isascii() for a, b in load_pairs("lookalikes").items())
