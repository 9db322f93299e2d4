"""``markhound hits``."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import click

from console.context import Context, json_option, out, pass_context, people, print_json
from console.hits_page import render_hits_page
from console.hits_table import hits_table
from crawler.files import write_whole
from crawler.store.database import now
from crawler.store.hits import StoredHit, find_hits
from crawler.store.listings import load_site
from crawler.store.rights import load_right
from crawler.store.sweeps import load_sweep
from matchers.wording import Language


@click.command()
@click.option("--right", help="Only those of this right (its id).")
@click.option("--site", help="Only those on this site.")
@click.option("--sweep", help="Only those of this sweep.")
@click.option("--all", "below_too", is_flag=True, help="Also those below the threshold.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many, the highest scores.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write one page.")
@click.option(
    "--language", type=click.Choice(get_args(Language)), default="en", help="Of the page's labels."
)
@json_option
@pass_context
def hits(
    context: Context,
    right: str | None,
    site: str | None,
    sweep: str | None,
    limit: int | None,
    html: Path | None,
    language: Language,
    *,
    below_too: bool,
    as_json: bool,
) -> None:
    """List the hits with what explains them, highest score first.

    --html FILE writes them as one self-contained page instead.
    """
    workspace = context.workspace
    with workspace.store() as db:
        if right is not None:
            load_right(db, workspace.pictures, right)  # a name that is wrong is no empty list
        if sweep is not None:
            load_sweep(db, sweep)
        if site is not None:
            load_site(db, site)
        found = find_hits(
            db,
            workspace.pictures,
            right=right,
            site=site,
            sweep=sweep,
            flagged_only=not below_too,
            limit=limit,
        )
    if html is not None:
        write_page(html, found, language)
    if as_json:
        for stored in found:
            print_json(stored.hit, **_parents(stored))
    elif html is None:
        print_hits(found, below_too=below_too)


def print_hits(found: list[StoredHit], *, below_too: bool) -> None:
    """Print the table, or say that there is nothing."""
    if found:
        out().print(hits_table(found))
    else:
        out().print("No hits." if below_too else "No flagged hits; --all shows those below.")


def write_page(path: Path, found: list[StoredHit], language: Language) -> None:
    """Write the hits as one page, whole or not at all."""
    title = "知识产权侵权线索" if language == "zh" else "Suspected infringements"
    page = render_hits_page(found, title=title, generated_at=now(), language=language)
    write_whole(path, page)
    people().print(f"{len(found)} hits written to {path.resolve()}", markup=False, soft_wrap=True)


def _parents(stored: StoredHit) -> dict[str, Any]:
    judgement = stored.judgement
    return {
        "sweep": stored.sweep,
        "seen_at": stored.seen_at,
        "title": stored.listing.title,
        **({"judgement": judgement.decision} if judgement else {}),
    }
