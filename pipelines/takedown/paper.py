"""Notices as blocks, of which the plain text and the PDF are laid out alike.

A template writes lines. A row and a paragraph mark theirs with control characters, which no value
can hold (``layout.make_visible``), so whatever a seller writes stays inside its block.
"""

from __future__ import annotations

from collections.abc import Iterable

from crawler.takedown import Block
from pipelines.takedown.layout import WIDTH, Laid, finalize, paragraph, row

_ROW, _PARAGRAPH, _PART = "\x1e", "\x1d", "\x1f"
_RULE = "-" * WIDTH


def mark_row(label: str, value: object) -> Laid:
    """Return a row as ``parse_paper`` reads it."""
    return Laid(f"{_ROW}{label}{_PART}{' '.join(finalize(value).split())}")


def mark_paragraph(text: str, bullet: str = "") -> Laid:
    """Return a paragraph as ``parse_paper`` reads it, however the template broke it."""
    return Laid(f"{_PARAGRAPH}{bullet}{_PART}{' '.join(text.split())}\n")


def parse_paper(source: str) -> tuple[Block, ...]:
    """Return the blocks of a rendered template, one for each of its lines."""
    return tuple(_parse_line(line) for line in source.removesuffix("\n").split("\n"))


def _parse_line(line: str) -> Block:
    label, _, text = line[1:].partition(_PART)
    if line.startswith(_ROW):
        return Block(kind="row", label=label, text=text)
    if line.startswith(_PARAGRAPH):
        return Block(kind="paragraph", label=label, text=text)
    if line == _RULE:
        return Block(kind="rule")
    return Block(kind="heading", text=line) if line else Block(kind="blank")


def lay_out(paper: Iterable[Block]) -> str:
    """Return the plain text: lines of at most ``layout.WIDTH`` columns, addresses unbroken."""
    return "".join(_lay_block(block) + "\n" for block in paper)


def _lay_block(block: Block) -> str:
    if block.kind == "row":
        return row(block.label, Laid(block.text))
    if block.kind == "paragraph":
        return paragraph(block.text, block.label).removesuffix("\n")
    return _RULE if block.kind == "rule" else block.text
