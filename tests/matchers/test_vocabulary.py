"""The word lists are tidy."""

from __future__ import annotations

from pathlib import Path

import pytest

import matchers.vocabulary
from matchers.vocabulary import load_pairs, load_sections, load_words, read_sections

FILES = sorted(Path(matchers.vocabulary.__file__).parent.glob("*.txt"))
IN_SECTIONS = [
    file
    for file in FILES
    if file.stem.startswith(("phrases_", "classes_", "countries_", "notices_"))
]
SAID_EVERYWHERE = (
    "fits_before", "fits_after", "accessory", "audience", "negation_before", "free_ride", "copies",
    "perhaps_copies", "harmless", "excuse", "second_hand", "packaging", "made_in", "origin_key",
    "brand_key", "no_brand", "evocation_after", "merchandise", "medium",
)  # fmt: skip


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.stem))
def test_says_what_it_is_and_repeats_nothing(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("# ")
    if path in IN_SECTIONS:
        return
    entries = [line for line in lines if line and not line.startswith("#")]
    assert len(entries) == len(set(entries)) == len(load_words(path.stem))
    assert all(entry == entry.strip() for entry in entries)


@pytest.mark.parametrize("path", IN_SECTIONS, ids=lambda path: str(path.stem))
def test_sections_repeat_nothing(path: Path) -> None:
    for section, entries in read_sections(path).items():
        repeated = {entry for entry in entries if entries.count(entry) > 1}
        assert not repeated, section
        assert entries, section


@pytest.mark.parametrize("language", ["en", "zh", "de", "fr", "es", "it", "ru", "ja"])
def test_every_language_has_the_sections_that_decide(language: str) -> None:
    path = Path(matchers.vocabulary.__file__).parent / f"phrases_{language}.txt"
    assert set(SAID_EVERYWHERE) <= read_sections(path).keys()


def test_no_language_has_a_section_of_its_own() -> None:
    english = read_sections(Path(matchers.vocabulary.__file__).parent / "phrases_en.txt")
    assert load_sections("phrases").keys() - english.keys() <= {"weak_excuse"}


@pytest.mark.parametrize(
    ("text", "message"), [("bag\n", "expected a section"), ("[a]\nx\n[a]\n", "comes twice")]
)
def test_a_file_without_order_is_refused(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "phrases_xx.txt"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        read_sections(file)


def test_remarks_and_commas(tmp_path: Path) -> None:
    file = tmp_path / "phrases_xx.txt"
    file.write_text("# what it is\n\n[a]  # says this\nx, y z  # why\nw\n", encoding="utf-8")
    assert read_sections(file) == {"a": ["x", "y z", "w"]}


def test_lookalikes_are_pairs_of_one_character() -> None:
    assert all(len(a) == len(b) == 1 and b.isascii() for a, b in load_pairs("lookalikes").items())
