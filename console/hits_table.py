"""Hits as a table in the terminal: what, where, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from console.text import clean, visible
from crawler.model import Finding
from crawler.store.hits import StoredHit

LONGEST_TITLE = 400
"""Characters of a title that are shown."""


def hits_table(hits: Sequence[StoredHit]) -> Table:
    """Return one row a hit: score and id, the listing with matched words marked, right, reasons."""
    table = Table(box=box.HORIZONTALS, show_lines=True, expand=True, header_style="bold")
    table.add_column("score", no_wrap=True)
    table.add_column("listing", ratio=13, overflow="fold")
    table.add_column("right", ratio=8, overflow="fold")
    table.add_column("why (bits of evidence)", ratio=12, overflow="fold")
    for stored in hits:
        table.add_row(_score(stored), _listing(stored), _right(stored), _why(stored))
    return table


def _score(stored: StoredHit) -> Text:
    hit = stored.hit
    text = Text(f"{hit.score:.3f}", style="bold red" if hit.flagged else "yellow")
    text.append(f"\n{hit.id}", style="dim not bold")
    if stored.judgement:
        text.append(f"\n{stored.judgement.decision}", style="bold green")
    return text


def _listing(stored: StoredHit) -> Text:
    listing = stored.listing
    text = Text()
    spans = [f.span for f in stored.hit.findings if f.field == "title" and f.span]
    for index, character in enumerate(listing.title[:LONGEST_TITLE]):
        marked = any(start <= index < end for start, end in spans)
        text.append(visible(character), style="bold reverse" if marked else "")
    if len(listing.title) > LONGEST_TITLE:
        text.append(f" ... ({len(listing.title)} characters)", style="dim")
    price = "" if listing.price is None else f"{listing.price} {listing.currency or ''}"
    unnamed = "a page, no listing" if stored.hit.target == "page" else "seller not named"
    seller = (listing.seller and listing.seller.name) or unnamed
    text.append(f"\n{' · '.join(filter(None, (price, clean(seller))))}", style="dim")
    text.append(f"\n{clean(listing.url)}", style="blue")
    return text


def _right(stored: StoredHit) -> Text:
    right = stored.right
    text = Text(clean(right.name or right.id), style="bold")
    text.append(f"\n{right.kind.replace('_', ' ')} {right.id}", style="dim not bold")
    if right.holder:
        text.append(f"\n{clean(right.holder.name)}", style="dim not bold")
    return text


def _why(stored: StoredHit) -> Text:
    lines = list(_reasons(stored.hit.findings))
    return Text("\n").join(lines)


def _reasons(findings: Sequence[Finding]) -> Iterator[Text]:
    for finding in sorted(findings, key=lambda f: -f.weight):
        style = "red" if finding.weight > 0 else "green"
        text = Text(f"{finding.weight:+5.1f} ", style=style)
        text.append(clean(finding.detail or finding.feature), style="not red not green")
        yield text
