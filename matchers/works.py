"""Titles of books, films and games: the goods on which works are sold or copied."""

from __future__ import annotations

from crawler.model import Finding
from matchers.candidate import Candidate
from matchers.referential import title_finding, title_names


def goods_of_works(candidate: Candidate) -> Finding | None:
    """Goods on which works are sold or copied (poster, figure, DVD) beside the title of a work."""
    if candidate.right.kind != "work":
        return None
    words, names = candidate.read().title, title_names(candidate)
    for section in ("medium", "merchandise"):
        for said in words.said(section):
            # What the title of the work itself says is no sign of goods.
            if any(name.span[0] < said.end and said.start < name.span[1] for name in names):
                continue
            form = names[0].form if names else candidate.right.name or ""
            return title_finding(section, words, said, form)
    return None
