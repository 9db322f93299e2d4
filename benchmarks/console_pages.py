"""What the console's busiest pages cost at 100 and at 100,000 stored hits.

    PYTHONPATH=. python benchmarks/console_pages.py [--hits N ...] [--sellers N] [--times N]

Each page is asked for ``--times`` times of the application itself, without a network: CPU and wall
milliseconds, the median and the slowest. What asks is measured too. Hits are of ``--sellers`` times
two groups (a seller and a right); ``--sellers 5`` makes groups of ten thousand. A page that this
version does not have is skipped, and said so. The last lines are what the queue costs where it is
kept up to date: making it anew, and one decision.
"""

from __future__ import annotations

import argparse
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from starlette.routing import Route
from starlette.testclient import TestClient

from crawler.store.database import writing
from crawler.store.queue_rows import rebuild_queue
from crawler.workspace import Workspace, make_workspace
from tests.servers.console import signed_in
from tests.servers.filled import fill

PAGES = ("/queue", "/queue/{group}", "/hits/{hit}", "/overview", "/cases")
MORE = ("/queue?all=1&seller=seller+77", "/queue?all=1&score=0.99", "{older}")
"""The queue searched, filtered, and its second page."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--hits", type=int, nargs="+", default=[100, 100_000])
    parser.add_argument("--sellers", type=int, default=2000)
    parser.add_argument("--times", type=int, default=30)
    asked = parser.parse_args()
    print(
        "hits      page                                 CPU ms  slowest   wall ms  slowest      kB"
    )
    for count in asked.hits:
        with tempfile.TemporaryDirectory() as folder:
            workspace = make_workspace(Path(folder) / "w")
            began = time.process_time()
            fill(workspace, count, sellers=[f"seller {n}" for n in range(asked.sellers)])
            filled = time.process_time() - began
            measure(workspace, count, asked.times)
            print(f"{count:<9,} recording them all took {filled:.1f} s of CPU")
            again(workspace, count)


def measure(workspace: Workspace, count: int, times: int) -> None:
    """Ask for every page."""
    with signed_in(workspace, "measurer") as client:
        known = {route.path for route in client.app.routes if isinstance(route, Route)}  # type: ignore[attr-defined] # any ASGI app to httpx
        first = client.get("/queue").text
        places = {
            "{group}": _found(r'href="/queue/(g-\w+)', first),
            "{hit}": _found(r"\?hit=(h-\w+)", first),
            "{older}": _found(r'rel="next" href="([^"]+)"', first).replace("&amp;", "&"),
        }
        for page in (*PAGES, *MORE):
            if page in PAGES and page not in known:
                print(f"{count:<9,} {page:<34} skipped: this version has no such page")
                continue
            url = page
            for name, value in places.items():
                url = url.replace(name, value)
            if not url:
                print(f"{count:<9,} {'(second page)':<34} skipped: there is only one")
                continue
            _measure_page(client, count, page, url, times)


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    return found[1] if found else ""


def _measure_page(client: TestClient, count: int, page: str, url: str, times: int) -> None:
    cpu, wall, size = [], [], 0
    for number in range(times + 3):
        began = time.process_time(), time.perf_counter()
        answer = client.get(url)
        spent = time.process_time() - began[0], time.perf_counter() - began[1]
        assert answer.status_code == 200, answer.text
        size = len(answer.content)
        if number >= 3:  # templates are read, the database is warm
            cpu.append(spent[0] * 1000)
            wall.append(spent[1] * 1000)
    shown = page if page != "{older}" else "/queue, second page"
    print(
        f"{count:<9,} {shown:<34} {statistics.median(cpu):>8.1f} {max(cpu):>8.1f}"
        f"  {statistics.median(wall):>8.1f} {max(wall):>8.1f} {size / 1000:>7.1f}",
        flush=True,
    )


def again(workspace: Workspace, count: int) -> None:
    """Make the queue anew, and decide on a hit."""
    with workspace.store() as db, measured() as spent, writing(db):
        rebuild_queue(db)
    print(f"{count:<9,} making the queue anew took {spent():.1f} s of CPU")
    with signed_in(workspace, "measurer") as client:
        page = client.post("/queue/next", data={"all": "1"}).text
        took = []
        for _ in range(10):
            form = re.search(r'action="/hits/(h-\w+)/judge"[^>]*>(.*?)</form>', page, re.S)
            if form is None:
                break
            data = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[2]))
            data |= {"decision": "unrelated", "to": "/account"}
            with measured() as spent:
                client.post(f"/hits/{form[1]}/judge", data=data, follow_redirects=False)
            took.append(spent() * 1000)
            page = client.post("/queue/next", data={"all": "1"}).text
        if took:
            print(f"{count:<9,} a decision took {statistics.median(took):.1f} ms of CPU")


@contextmanager
def measured() -> Iterator[Callable[[], float]]:
    """Give a function that says how many CPU seconds the block took."""
    began = time.process_time()
    spent: list[float] = []
    yield lambda: spent[0]
    spent.append(time.process_time() - began)


if __name__ == "__main__":
    main()
