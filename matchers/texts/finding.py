"""What a passage says: its bits of evidence, and its words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from crawler.model import Finding
from matchers.texts.index import QUOTATION, PassageMatch
from matchers.weights import ALSO_COPIED, PASSAGE, WHOLE_TEXT
from matchers.wording import say_passage

SHOWN: Final = 300
"""Code points of a passage that are shown."""
MOST: Final = 5
"""Passages of one right in one field that are told."""


def weigh_passage(match: PassageMatch) -> float:
    """Return the bits of evidence of a passage by itself."""
    bits = next(bits for least, bits in PASSAGE if match.counted >= least)
    share, whole = WHOLE_TEXT
    if match.share >= share and match.counted >= QUOTATION:
        return max(bits, whole)
    return bits


def passage_finding(
    match: PassageMatch, *, field: str, text: str, work: str, also: bool = False
) -> Finding:
    """Return the finding of a passage of a protected text.

    ``text`` and ``form`` of the finding are what both say there, each cut to ``SHOWN`` code points;
    ``span`` is whole.

    :param field: ``text`` of a page, or ``description`` of a listing
    :param text: all of that field
    :param work: all of the protected text, in which ``match.work_span`` counts
    :param also: whether a passage of the same right was told before, that counts more
    """
    weight = weigh_passage(match)
    if also:
        weight = ALSO_COPIED if match.counted >= QUOTATION else 0.0
    return Finding(
        feature="passage",
        weight=weight,
        field=field,
        span=match.span,
        text=_cut(text, match.span),
        form=_cut(work, match.work_span),
        detail=say_passage(
            field,
            words=match.tokens - match.characters,
            characters=match.characters,
            longest=match.longest,
            share=match.share,
        ),
    )


def passage_findings(
    matches: Sequence[PassageMatch], *, field: str, text: str, works: Sequence[str]
) -> list[Finding]:
    """Return the findings of one right in one field: the strongest passage and a few more.

    :param matches: of one owner, as ``TextIndex.find`` returned them
    :param works: all texts of that owner
    """
    return [
        passage_finding(match, field=field, text=text, work=works[match.number], also=place > 0)
        for place, match in enumerate(matches[:MOST])
    ]


def _cut(text: str, span: tuple[int, int]) -> str:
    start, end = span
    if end - start <= SHOWN:
        return text[start:end]
    return f"{text[start : start + SHOWN - 1]}…"
