"""``markhound listings``, ``sites``, ``sweeps``: what is stored."""

from __future__ import annotations

import click
from rich.markup import escape
from rich.table import Table

from console.context import Context, json_option, out, pass_context, print_json
from console.sweep_text import print_report
from crawler.report import report_on
from crawler.store.listings import find_listings, find_sites
from crawler.store.sweeps import find_sweeps


@click.command()
@click.option("--site", help="Only those of this site.")
@json_option
@pass_context
def listings(context: Context, site: str | None, *, as_json: bool) -> None:
    """List every listing as last seen."""
    with context.workspace.store() as db:
        found = find_listings(db, site=site)
    if as_json:
        for stored in found:
            print_json(
                stored.listing,
                id=stored.id,
                sighting=stored.sighting,
                sweep=stored.sweep,
                first_seen_at=stored.first_seen_at,
                pictures=stored.pictures,
            )
        return
    table = Table("title", "seller", "price", "pictures", "seen", "url")
    for stored in found:
        item = stored.listing
        price = "" if item.price is None else f"{item.price} {item.currency or ''}"
        seller = (item.seller.name if item.seller else None) or ""
        seen = f"{stored.seen_at:%Y-%m-%d}"
        cells = (item.title, seller, price, str(len(stored.pictures)), seen, item.url)
        table.add_row(*(escape(cell) for cell in cells))
    out().print(table if found else "No listings yet: markhound sweep URL")


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
    table = Table("site", "listings", "sightings", "hits", "flagged", "last seen")
    for site in found:
        numbers = (site.listings, site.sightings, site.hits, site.flagged)
        seen = f"{site.seen_at:%Y-%m-%d %H:%M}" if site.seen_at else "never a listing"
        table.add_row(escape(site.site), *map(str, numbers), seen)
    out().print(table if found else "No sites yet: markhound sweep URL")


@click.command()
@click.argument("sweep_id", metavar="[ID]", required=False)
@json_option
@pass_context
def sweeps(context: Context, sweep_id: str | None, *, as_json: bool) -> None:
    """List the sweeps, newest first; with ID, the whole report of one."""
    with context.workspace.store() as db:
        ids = [sweep_id] if sweep_id else [stored.id for stored in find_sweeps(db)]
        reports = [report_on(db, name) for name in ids]
    if as_json:
        for report in reports:
            print_json(report, keep_empty=True)
        return
    if sweep_id:
        print_report(out(), reports[0])
        return
    table = Table(
        "id", "campaign", "state", "started", "seconds", "listings", "flagged", "warnings"
    )
    for report in reports:
        seconds = "" if report.seconds is None else f"{report.seconds:g}"
        numbers = (report.listings, report.flagged, len(report.warnings))
        started = f"{report.started_at:%Y-%m-%d %H:%M}"
        cells = (report.sweep, report.campaign, report.state, started, seconds)
        table.add_row(*(escape(cell) for cell in cells), *map(str, numbers))
    out().print(table if reports else "No sweeps yet: markhound sweep URL")
