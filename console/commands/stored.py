"""``markhound listings``, ``pages``, ``sites``, ``sweeps``: what is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import click

from console.context import Context, json_option, out, pass_context, print_json
from console.sweep_text import print_report
from console.text import print_rows
from crawler.model import TargetKind
from crawler.report import report_on
from crawler.store.listings import StoredListing, find_listings, find_sites, load_site
from crawler.store.sweeps import find_sweep_totals


@click.command()
@click.option("--site", help="Only those of this site.")
@json_option
@pass_context
def listings(context: Context, site: str | None, *, as_json: bool) -> None:
    """List every listing as last seen."""
    found = _find(context, site, "listing")
    if as_json:
        _print_each(found)
        return
    rows: list[tuple[str, ...]] = []
    for stored in found:
        item = stored.listing
        price = "" if item.price is None else f"{item.price} {item.currency or ''}"
        seller = (item.seller.name if item.seller else None) or ""
        seen = f"{stored.seen_at:%Y-%m-%d}"
        rows.append((item.title, seller, price, str(len(stored.pictures)), seen, item.url))
    heads = ("title", "seller", "price", "pictures", "seen", "url")
    print_rows(heads, rows, "No listings yet: markhound sweep URL")


@click.command()
@click.option("--site", help="Only those of this site.")
@json_option
@pass_context
def pages(context: Context, site: str | None, *, as_json: bool) -> None:
    """List the pages, other than listings, that were kept as last seen, with their files.

    Kept are pages with a hit, with links to files, or with pictures that could not be had, where
    the registry holds works or designs. --json has every link; the text stands in it where the
    page has a hit.
    """
    found = _find(context, site, "page")
    if as_json:
        _print_each(found)
        return
    rows: list[tuple[str, ...]] = []
    for stored in found:
        item = stored.listing
        kinds = Counter(file.kind for file in item.files)
        files = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
        seen = f"{stored.seen_at:%Y-%m-%d}"
        rows.append((item.title, files, str(len(stored.pictures)), seen, item.url))
    heads = ("title", "links to files", "pictures", "seen", "url")
    print_rows(heads, rows, "No pages yet: markhound sweep URL, with works in the registry")


def _find(context: Context, site: str | None, target: TargetKind) -> list[StoredListing]:
    with context.workspace.store() as db:
        if site is not None:
            load_site(db, site)  # a name that is wrong is no empty list
        return find_listings(db, site=site, target=target)


def _print_each(found: Iterable[StoredListing]) -> None:
    for stored in found:
        print_json(
            replace(stored.listing, seen_at=stored.seen_at),
            id=stored.id,
            sighting=stored.sighting,
            sweep=stored.sweep,
            first_seen_at=stored.first_seen_at,
            pictures=stored.pictures,
        )


@click.command()
@json_option
@pass_context
def sites(context: Context, *, as_json: bool) -> None:
    """List the sites that sweeps met, most hits first."""
    with context.workspace.store() as db:
        found = find_sites(db)
    if as_json:
        for figures in found:
            print_json(figures, keep_empty=True)
        return
    rows: list[tuple[str, ...]] = []
    for site in found:
        numbers = (site.listings, site.sightings, site.hits, site.flagged)
        seen = f"{site.seen_at:%Y-%m-%d %H:%M}" if site.seen_at else "never a listing"
        rows.append((site.site, *map(str, numbers), seen))
    heads = ("site", "listings", "sightings", "hits", "flagged", "last seen")
    print_rows(heads, rows, "No sites yet: markhound sweep URL")


@click.command()
@click.argument("sweep_id", metavar="[ID]", required=False)
@json_option
@pass_context
def sweeps(context: Context, sweep_id: str | None, *, as_json: bool) -> None:
    """List the sweeps, newest first; with ID, the whole report of one."""
    with context.workspace.store() as db:
        if sweep_id:
            report = report_on(db, sweep_id)
        else:
            found = find_sweep_totals(db)
    if sweep_id:
        if as_json:
            print_json(report, keep_empty=True)
        else:
            print_report(out(), report)
        return
    if as_json:
        for totals in found:
            print_json(totals, keep_empty=True)
        return
    rows: list[tuple[str, ...]] = []
    for totals in found:
        ended = f"{totals.ended_at:%Y-%m-%d %H:%M}" if totals.ended_at else ""
        cells = (totals.sweep, totals.campaign, totals.state)
        times = (f"{totals.started_at:%Y-%m-%d %H:%M}", ended)
        rows.append((*cells, *times, str(totals.listings), str(totals.flagged)))
    heads = ("id", "campaign", "state", "started", "ended", "listings", "flagged")
    print_rows(heads, rows, "No sweeps yet: markhound sweep URL")
