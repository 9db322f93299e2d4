"""``markhound extract``."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from scrapy.http import HtmlResponse, Response

from console.context import Context, json_option, pass_context, people, print_json
from console.text import cell, print_rows
from crawler.errors import InputError, NotAPageError, SkipError, WorkspaceError
from crawler.extract import describe_page, find_page, page_of, parse_page, saved_page
from crawler.extract.document import MAX_BYTES
from crawler.fetch import fetch_page
from crawler.formats import dump_record
from crawler.model import Listing
from crawler.sites import site_of

LONG = 200
"""Characters of a value in the table."""


@click.command()
@click.argument("what", metavar="FILE | URL")
@click.option("--url", help="Where the page in FILE was had from; else as the page says itself.")
@click.option("--page", "as_page", is_flag=True, help="Show a page that is no listing, too.")
@click.option("--allow-private", is_flag=True, help="Fetch loopback and private addresses too.")
@json_option
@pass_context
def extract(
    context: Context,
    what: str,
    url: str | None,
    *,
    as_page: bool,
    allow_private: bool,
    as_json: bool,
) -> None:
    """Show what extraction sees on one page: each field, and the layer it came from.

    FILE is a saved page, .html or packed as .html.gz; - is stdin. A URL is fetched as a sweep
    would fetch it: robots.txt, the guard, the user agent. A page that is no listing is told as
    what it is, with status 0 and nothing on stdout, unless --page asks for its text, pictures and
    links to files; status 2 when it could not be had or read.
    """
    if "://" in what:
        if url is not None:
            raise click.UsageError("--url goes with a FILE; what is fetched has its own URL")
        page = fetch_page(what, contact=_contact(context), allow_private=allow_private)
    else:
        page = _saved(what, url)
    try:
        selector = page_of(page)
    except NotAPageError as error:
        raise InputError(f"{what}: {error}") from error
    if page.status != 200:
        people().print(f"warning: the server answered {page.status}", markup=False)
    reading = parse_page(page.url, selector, source=page.text)
    for warning in reading.warnings:
        people().print(f"warning: {cell(warning)}", soft_wrap=True)
    if reading.unread:
        raise InputError(f"{what}: {reading.unread}")
    found = reading.listing
    if found is None:
        kind = describe_page(reading, page.url, selector)
        people().print(f"no listing: {cell(kind)}", soft_wrap=True)
        if not as_page or not hasattr(selector.root, "iter"):
            return
        found = find_page(page.url, selector.root)
    _print_found(found, as_json=as_json)


def _contact(context: Context) -> str | None:
    try:
        return context.workspace.config.crawl.contact
    except WorkspaceError:
        return None  # it does without a workspace too


def _saved(what: str, url: str | None) -> HtmlResponse:
    """Return the page in a file.

    :raises InputError: it is broken or too large
    """
    data = sys.stdin.buffer.read(MAX_BYTES + 1) if what == "-" else _bytes_of(Path(what))
    if url is not None and not site_of(url):
        raise click.UsageError(f"--url: expected a URL (https://...), got {url!r}")
    try:
        page = saved_page(url or "", data)
        if url is None:
            page = page.replace(url=_own_url(page, what))
    except SkipError as error:
        raise InputError(f"{what}: {error}") from error
    return page


def _bytes_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _own_url(page: Response, what: str) -> str:
    """Return where a page says that it stands; the file itself when it does not say."""
    found = page.xpath('//link[@rel="canonical"]/@href|//meta[@property="og:url"]/@content')
    said = next((link for link in found.getall() if site_of(link)), None)
    if said is not None:
        return said
    words = "warning: the page does not say where it was had from; its links need --url URL"
    people().print(words, markup=False)
    return (Path("/dev/stdin") if what == "-" else Path(what).resolve()).as_uri()


def _print_found(found: Listing, *, as_json: bool) -> None:
    if as_json:
        print_json(found)
    else:
        _print_table(found)


def _print_table(listing: Listing) -> None:
    fields = dump_record(listing)
    layers = fields.pop("layers", {})
    rows = [
        (name, one, layers.get(name.partition(".")[0], ""))
        for name, value in fields.items()
        for name, one in _parts(name, value)
    ]
    print_rows(("field", "value", "layer"), rows, "nothing")


def _parts(name: str, value: object) -> list[tuple[str, str]]:
    """Return a field as rows: the parts of a seller, of attributes, of lists each on its own."""
    if isinstance(value, dict):
        return [row for key, one in value.items() for row in _parts(f"{name}.{key}", one)]
    if isinstance(value, list) and name != "category":
        return [row for one in value for row in _parts(name, one)]
    text = " > ".join(value) if isinstance(value, list) else str(value)
    return [(name, text if len(text) <= LONG else f"{text[:LONG]}...")]
