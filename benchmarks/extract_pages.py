"""Cost of reading a page, with "parsel: parse + find all links" as the yardstick.

    python benchmarks/extract_pages.py [--rounds N] [--menu N]

Reads the invented pages of ``tests/pages/``, each put into a shop's surroundings: a menu above and
a footer below, with ``--menu`` links in all, since real pages are mostly that. Speeds depend on the
machine; the ratio in one run is what counts. Times are the best of ``--rounds``, as in a sweep that
has seen a few pages of the site.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from parsel import Selector

from crawler.extract import parse_page
from crawler.links import find_links

PAGES = Path(__file__).resolve().parent.parent / "tests" / "pages"
URL = "https://shop.northgate.example/p/velmora-trail-shoe"
DATA = {"json-ld", "microdata", "rdfa", "opengraph"}
COMPLETE = ("title", "price", "currency", "images")


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """One page; times in milliseconds."""

    name: str
    complete: bool
    """Whether data for machines gives title, price, currency and picture."""
    reading: float
    links: float
    yardstick: float


def with_surroundings(text: str, menu: int) -> str:
    """Return the page with a menu of ``menu`` links, half above it and half below."""
    items = [
        f'<li class="menu-item level-{n % 3}"><a class="menu-link" href="/c/{n // 20}/{n}">'
        f"<span>Goods of kind {n}</span></a></li>"
        for n in range(menu)
    ]
    above = f'<nav class="site-nav"><ul>{"".join(items[: menu // 2])}</ul></nav>'
    below = f'<footer class="site-foot"><ul>{"".join(items[menu // 2 :])}</ul></footer>'
    return text.replace("<body>", f"<body>{above}").replace("</body>", f"{below}</body>")


def best(rounds: int, text: str, work: Callable[[Selector], object], *, parse: bool) -> float:
    """Return the shortest time of ``work`` on a freshly parsed page, with parsing if ``parse``."""
    times = []
    for _ in range(rounds):
        started = time.process_time()
        page = Selector(text=text, type="html")
        _ = page.root
        started = started if parse else time.process_time()
        work(page)
        times.append(time.process_time() - started)
    return min(times) * 1000


def measure(path: Path, rounds: int, menu: int) -> Measured:
    """Measure one page."""
    text = with_surroundings(path.read_text(encoding="utf-8"), menu)
    listing = parse_page(URL, text).listing
    layers = {} if listing is None else listing.layers
    return Measured(
        name=path.stem,
        complete=all(layers.get(field) in DATA for field in COMPLETE),
        reading=best(rounds, text, lambda page: parse_page(URL, page, source=text), parse=False),
        links=best(rounds, text, lambda page: find_links(page, URL), parse=False),
        yardstick=best(rounds, text, lambda page: page.xpath("//a/@href").getall(), parse=True),
    )


def main() -> None:
    """Print a line for each page and the medians."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--menu", type=int, default=600)
    arguments = parser.parse_args()
    pages = [measure(p, arguments.rounds, arguments.menu) for p in sorted(PAGES.glob("*.html"))]
    for page in pages:
        print(
            f"{page.name:<18}{'complete' if page.complete else '':<10}"
            f"reading {page.reading:6.2f} ms, links {page.links:6.2f} ms,"
            f" yardstick {page.yardstick:6.2f} ms; {page.reading / page.yardstick:5.2f} yardsticks"
        )
    for name, chosen in (("complete", [p for p in pages if p.complete]), ("all", pages)):
        ratio = statistics.median(page.reading / page.yardstick for page in chosen)
        reading = statistics.median(page.reading for page in chosen)
        print(f"median of {len(chosen)} {name}: {reading:.2f} ms, {ratio:.2f} yardsticks")


if __name__ == "__main__":
    main()
