"""The tables of an index, as the search reads them."""

from __future__ import annotations

from typing import NamedTuple

from matchers.index.compiled import Buffer

COMMON, HAN_LIKE, ROMANISED_NAME, SKELETON_NAME, BROKEN_NAME = 1, 2, 4, 8, 16
"""Flags of a name: only ordinary words; with characters of an unspaced script; the key is the form
in Latin letters of the same sound; or of the same look; the form holds a comma, colon or such."""


class Names(NamedTuple):
    """A key is the joined letters of a name; several names may share one.

    A name is a form as registered, by one of its readings.
    """

    key_starts: Buffer
    """Where the letters of each key begin; one entry more than keys."""
    key_letters: Buffer
    key_names: Buffer
    """Where the names of each key begin; one entry more than keys."""
    name_forms: Buffer
    """Number of the form of each name."""
    name_gaps: Buffer
    """Bit ``i``: the form has a space or sign before letter ``i`` (up to 62)."""
    name_words: Buffer
    name_flags: Buffer
    name_zipf: Buffer
    """Ten times the Zipf frequency of the rarest word of the form; 0 when it is rare."""
    name_edits: Buffer
    """What the form itself is written with, as the edits of a text."""
    exact_bits: Buffer
    prefix_bits: Buffer
    """Beginnings of keys, at the sizes that ``is_milestone`` names."""
    exact_slots: Buffer
    """Key + 1 under the hash of its letters; 0 is empty."""
    clue_bits: Buffer
    clue_starts: Buffer
    """Where the entries of each bucket begin; the buckets are the low bits of a clue."""
    clue_entries: Buffer
    """The high bits of each clue, an outline of its key, and the key: ``matchers.index.clues``."""
    longest: Buffer
    """One entry: letters of the longest key."""
    alphabet: Buffer
    """The letters that keys are made of."""
