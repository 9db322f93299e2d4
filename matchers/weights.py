"""Bits of evidence of every finding, in one table. One bit doubles the odds.

``PRIOR``, an exact name and ``STANDING`` are fitted: ``benchmarks/fit_weights.py`` does it and says
how well they hold for marks that were not fitted to. The other levels of ``NAME`` come from how
much more often planted disguises than untouched titles reach them; ``PICTURE`` and ``CONTEXT`` are
set by hand from published and measured precision. They add up as if findings were independent,
which they are not quite; where two plainly say the same, ``matchers.judge`` counts the second as
"also".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from matchers.pictures.prints import Look

PRIOR: Final = -6.0
"""Odds before any finding: about one candidate in 65."""

NAME: Final[Mapping[str, float]] = {
    "disguised": 11.0,
    "exact": 9.4,
    "split": 7.2,
    "reordered": 5.8,
    "romanised": 7.6,
    "romanised, few letters": 3.6,
    "three ordinary words or more": 7.2,
    "ordinary word, letters set apart": 5.2,
    "disguised and misspelt": 7.4,
    "misspelt by one letter of ten": 7.2,
    "a letter doubled, dropped or swapped, many": 6.8,
    "a letter doubled, dropped or swapped, few": 6.4,
    "misspelt by one letter, many": 6.2,
    "misspelt by one letter, few": 4.6,
    "misspelt by two letters of ten": 5.2,
    "misspelt by two letters": 2.0,
    "sound-alike, many": 6.2,
    "sound-alike, few": 6.2,
    "without vowels, many": 3.6,
    "without vowels, few": 2.6,
    "initials, many": 2.6,
    "initials, few": 2.0,
    "initials, two": 2.0,
    "initials, three": 4.6,
    "initials, four": 6.6,
    "in another alphabet": 2.6,
    # scripts without spaces
    "two characters": 7.4,
    "two characters, where a word begins": 6.6,
    "two characters, where a word ends": 4.6,
    "two characters in a run": 2.6,
    "three characters in a run": 3.6,
    "ordinary word": 2.6,
    "ordinary word inside a run": 0.6,
    "a character differs, two": 0.6,
    "a character differs, three": 2.6,
    "a character differs, four": 3.6,
    "homophone, two": 2.0,
    "homophone, three": 4.6,
    "homophone, four": 7.2,
    "look-alike characters, two": 3.0,
    "look-alike characters, three": 6.6,
    "look-alike characters, four": 7.4,
}
"""How a name is written in the title.

What may be the mark as well as not stays below 5 and is not flagged with matching goods alone;
from 5.1 to 5.9 it is flagged with them and not without."""

STANDING: Final[Mapping[str, Mapping[str, float]]] = {
    "place": {"first": 0.5, "later": -0.5},
    "ordinary_words": {
        "an ordinary word, first": -5.2,
        "an ordinary word, later": -6.4,
        "ordinary words, first": -4.0,
        "ordinary words, later": -4.6,
        "a known word, first": -0.2,
        "a known word, later": -1.0,
        "a worldwide name, first": 0.4,
        "a worldwide name, later": -0.6,
        "a frequent word, first": -0.8,
        "a frequent word, later": -3.2,
    },
    "followed_by": {"a number": 1.8, "a rare word": 1.8},
    "short": {"first": -0.6, "later": -3.6},
    "capitals": {"in capitals": 1.9, "begins with a capital": 1.2},
    "rivals": {
        "another name": -8.0,
        "part of another name": -6.0,
        "after another name": -4.0,
        "after an ordinary name": -2.0,
    },
    "own_word": {"a word": -4.0, "a rare word": -3.6},
}
"""How the name stands there: feature -> level -> bits, see ``matchers.standing``.

Fitted, then held back where crawls differ from catalogues, as ``benchmarks/fit_weights.py`` says.
Places are odd tenths and names even ones, so that no sum of the two is exactly the threshold."""

HAN_STANDING: Final[Mapping[str, Mapping[str, float]]] = {
    "han_cut": {"one word": -0.4, "apart": 2.0, "across words": -4.0},
    "han_word": {
        "a place": -0.5,
        "a frequent word": -0.7,
        "a frequent word, in a run": -3.0,
        "a known word": 0.0,
        "a known word, in a run": -0.6,
        "a frequent name": 0.2,
        "a known name": 1.3,
    },
    "han_before": {
        "nothing": 0.0,
        "opening words": 0.2,
        "a slash": 1.0,
        "Latin letters": 0.8,
        "a sign": -0.3,
        "words": -2.6,
    },
    "han_after": {"nothing": -1.0, "an official shop": 0.7, "Latin letters": 0.8, "a sign": 0.1},
    "han_place": {"early": 0.2, "late": -1.4},
    "han_length": {"two": -0.4, "three": 0.1, "more": 0.0},
    "han_near": {
        "across words": -4.5,
        "a usual word": -3.0,
        "a usual word, in a long name": -0.8,
        "no usual word": 1.0,
    },
    "han_rivals": {"after another name": -1.0},
}
"""How a Han name stands there, see ``matchers.han_standing``. Fitted by ``benchmarks/chinese.py``,
but for ``han_near`` and, set lower by hand, places and frequent words in a run."""

BRAND_FIELD: Final = 5.4
"""A whole brand field that names the mark: flagged with matching goods, not without."""
BRAND_FIELD_IN_PART: Final = 2.6
"""An ordinary word in a longer brand field."""
DESCRIPTION: Final[Mapping[str, float]] = {"disguised": 4.6, "exact": 2.6}
"""A name in the description; ordinary words and misspellings there say nothing."""
ALSO_NAMED: Final = 2.0
"""A second form of the same right, e.g. its Chinese name beside its Latin one."""

PICTURED_NAME: Final[Mapping[str, float]] = {
    "alone": 6.2,
    "in a line": 5.4,
    "two characters, alone": 5.2,
    "few letters, alone": 4.4,
    "few letters": 2.6,
    "nearly, many letters": 3.6,
    "nearly": 1.4,
    "ordinary word": 1.4,
}
"""A name in the text of a picture, by whether it is all of its line: flagged with matching goods,
and alone in its line without. What was nearly read, or has few letters, is never flagged for that.
What speaks against the name in its line is taken off, see ``matchers.pictured_names``."""

PICTURE: Final[Mapping[Look, tuple[tuple[int, float], ...]]] = {
    "rich": ((24, 14.0), (40, 12.0), (256, 9.0)),
    "plain": ((8, 7.6), (16, 6.6), (256, 3.6)),
    "flat": ((8, 3.6), (256, 2.0)),
}
"""Up to this many differing bits -> bits of evidence, by how much the reference shows. By its hash
a mere outline is never flagged alone; ``SAME_SHADES`` tells the very picture."""
RECOLOURED_PICTURE: Final[Mapping[Look, tuple[tuple[int, float], ...]]] = {
    "rich": ((24, 8.0), (40, 6.6), (256, 4.6)),
    "plain": ((8, 4.6), (256, 2.0)),
    "flat": ((256, 1.4),),
}
"""The same where the colours differ: a stolen picture in other colours, or other goods."""
SAME_SHADES: Final[Mapping[Look, tuple[tuple[float, float], ...]]] = {
    "plain": ((0.01, 8.0), (1.0, 6.6)),
    "flat": ((0.01, 6.6), (1.0, 3.6)),
}
"""Up to this lack of correlation -> bits, of pictures of little detail in one colouring. In other
colours it counts as a near hash in them does."""
COMMON_SHADES: Final = 3.6
"""The same of a ring or another figure that looks as before when it is turned: never flagged alone,
as every other ring is as near, unless it is nearer than these are to each other."""
COPIED_POINTS: Final = ((60.0, 12.0), (20.0, 9.0), (10.0, 7.0), (0.0, 0.0))
"""Least support of local features (``PictureMatch.support``) -> bits, of the same picture."""
SHARED_POINTS: Final = ((12.0, 3.6), (0.0, 2.6))
"""The same of a part that two pictures share: packaging and logos, but grounds and textures too."""
LOGO: Final = ((6.0, 8.0), (3.0, 6.4), (1.6, 3.0), (0.0, 2.0))
"""Least strength of a logo in a picture (``matchers.pictures.logos``) -> bits. With 300 logos one
innocent picture in 100 shows one by chance at 1.6, one in 500 at 3.0."""
DESCRIBED: Final[Mapping[Look, float]] = {"rich": 7.0, "plain": 6.6, "flat": 6.6}
"""Bits of a picture that a descriptor model takes for a copy, by how much the reference shows: just
flagged, of what shows little with the agreement of a hash."""
LOOKALIKE: Final = 2.0
"""Bits of one that it only finds alike: told beside other signs, never flagged alone."""

PASSAGE: Final = (
    (300.0, 12.0),
    (150.0, 10.0),
    (80.0, 8.0),
    (42.0, 6.6),
    (25.0, 4.6),
    (0.0, 2.0),
)
"""Least words of a protected text that a passage counts (``PassageMatch.counted``; a Han character
is half a word) -> bits. What may be a quotation is told and never flagged alone; from 42 words on a
passage is flagged. ``benchmarks/texts.py`` measures how many innocent texts reach which level."""
WHOLE_TEXT: Final = (0.9, 6.6)
"""Least share of a text, and bits: nearly all of a text that is shorter than 42 words is copied,
but at least 25 of them. That is no quotation."""
ALSO_COPIED: Final = 0.2
"""A further passage of the same right that is longer than a quotation; shorter ones say nothing."""

ALSO_PICTURED: Final = 1.0
"""Another picture of the listing that is a copy too; another that shares a part says nothing more,
as one label or ground is on all of a listing's pictures."""

CONTEXT: Final[Mapping[str, float]] = {
    "licensed_seller": -60.0,
    # what the goods fit, hold, or are about
    "referential": -7.0,
    "perhaps_referential": -1.4,
    "accessory": -1.5,
    "packaging": -5.0,
    "about": -2.5,
    # imitations, and what is said to be none
    "free_ride": 3.0,
    "likeness": 1.5,
    "denied": -5.0,
    "compared": -1.5,
    # copies, and goods that are sold on
    "counterfeit_words": 4.0,
    "perhaps_counterfeit": 1.6,
    "sellers_excuse": 2.5,
    "perhaps_excuse": 0.4,
    "second_hand": -5.0,
    "low_price": 1.5,
    "other_brand": -4.0,
    # goods
    "goods": 1.0,
    "goods_beside": 4.2,
    "other_class": -1.5,
    "other_goods": -1.0,
    # ordinary words
    "word_before": -3.0,
    "phrase_goes_on": -3.0,
    "repeated_word": -4.0,
    "small_letters": -2.0,
    "unit_of_measure": -5.0,
    "product_follows": 2.0,
    # geographical indications
    "evocation": 2.0,
    "colour_use": -5.0,
    "own_origin": -6.0,
    "other_origin": 3.0,
    "no_approved_user": 0.7,
    # titles of works
    "medium": 1.5,
    "merchandise": 1.5,
}
"""What the rest of the listing says. A licence outweighs everything else together."""

PAGE: Final[Mapping[str, float]] = {
    "page_title": 1.5,
    "page_title_ordinary": 0.5,
    # a link to a file that bears the name of a work
    "file_named": 7.0,
    "file_named_other": 5.0,
    "file_named_among": 5.2,
    "file_named_han": 6.2,
    "file_named_ordinary": 4.8,
    "file_named_perhaps": 1.0,
    "files_beside": 3.8,
    "share_beside": 4.4,
    "perhaps_beside": 2.0,
    # what the file, or the title, is said to be
    "handed_on": 1.5,
    "perhaps_handed_on": 0.3,
    "in_part": -5.0,
    "title_handed_on": 1.2,
    "title_in_part": -4.0,
}
"""What a page that is no listing says of a work by names and files. A title alone says nothing, as
to name a work is free. A book, film or the like that bears a title and no other words is flagged
alone; one of ordinary words, or with other words, where it is said to be the whole work. Set by
hand, since no labelled pages are had."""
