"""Speed and memory of a sweep, beside a bare Scrapy spider in the same run.

    python benchmarks/sweeping.py stages [--pages N] [--rights N] [--rounds N]
    python benchmarks/sweeping.py sites [--sites N] [--pages N]
    python benchmarks/sweeping.py queue [--urls N]

``stages``: ``markhound sweep`` of one loopback shop with every stage on (robots.txt, reading, one
picture a page fetched and fingerprinted by hashes, matching, storing) and a spider that only parses
links with parsel, on the same event loop. Pages per CPU second of all processes, start-up left out:
both run with few pages and with many, in turns, and the difference counts; of several rounds the
median, as a machine's speed changes from minute to minute.

``sites``: many small sites at once; 200 of the same at a time, without what it takes to start; and
as many listings of 200 sites. All requests count: robots.txt, first pages, sitemaps that are not
there, listings and pictures.

``queue``: memory of a frontier with so many URLs waiting, most of them on disk.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from benchmarks.registries import make_registry
from crawler.campaign import Campaign
from crawler.frontier import Frontier
from crawler.store.database import open_store, writing
from crawler.store.frontier import StoredRows, record_frontier
from crawler.store.sweeps import record_sweep

ROOT = Path(__file__).resolve().parent.parent
BARE = Path(__file__).with_name("bare_spider.py")
TIMES = 5
"""How often the rate of 200 small sites is measured."""
FEW = 100
"""Pages of the run that is taken off, with everything that is done once."""


class Spent(NamedTuple):
    """What a process and its children took."""

    cpu: float
    """Seconds."""
    wall: float
    """Seconds."""
    memory: int
    """Most resident bytes of one process."""
    out: str


def run(*command: str | Path) -> Spent:
    """Run a command to its end, which must be good or early."""
    started = time.monotonic()
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        process = subprocess.Popen(
            [sys.executable, *map(str, command)], cwd=ROOT, stdout=out, stderr=err
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if process.returncode not in (0, 3):
            raise SystemExit(f"{command} ended with {process.returncode}:\n{err.read()}")
        wall = time.monotonic() - started
        return Spent(used.ru_utime + used.ru_stime, wall, used.ru_maxrss * 1024, out.read())


@contextmanager
def loopback_web(listings: int, menu: int = 200) -> Iterator[int]:
    """Run the web; yields its port."""
    command = [sys.executable, "-m", "benchmarks.loopback_web", "--listings", str(listings)]
    command += ["--menu", str(menu)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


def make_workspace(folder: Path, rights: int) -> Path:
    """Make a workspace with a registry of names, matched by names and picture hashes."""
    run("-m", "console.cli", "--workspace", folder, "init")
    config = folder / "markhound.toml"
    text = config.read_text().replace('words = "auto"', 'words = "off"', 1)
    config.write_text(text.replace('pictures = "all"', 'pictures = "hashes"', 1))
    names = make_registry(rights)
    lines = (
        json.dumps({"id": f"TM-{n}", "kind": "trademark", "name": name}, ensure_ascii=False)
        for n, name in enumerate(names)
    )
    file = folder / "rights.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    run("-m", "console.cli", "--workspace", folder, "registry", "import", file)
    return folder


def sweep(
    workspace: Path, seeds: Sequence[str], pages: int, *most: str
) -> tuple[Spent, dict[str, Any]]:
    """Sweep so many pages of each seed's site; returns what it took, and the report."""
    campaign = workspace / "campaign.toml"
    campaign.write_text(
        f'name = "c-{time.monotonic_ns()}"\nseeds = {json.dumps(list(seeds))}\n'
        f"allow_private = true\n[limits]\npages_per_site = {pages}\n"
        "[politeness]\ndelay = 0\nconcurrency = 8\n"
    )
    spent = run("-m", "console.cli", "-w", workspace, "sweep", campaign, "--json", *most)
    report: dict[str, Any] = json.loads(spent.out)
    return spent, report


def stages(pages: int, rights: int, rounds: int) -> None:
    """Compare a sweep with a bare spider, round by round."""
    rates: dict[str, list[float]] = {"bare": [], "sweep": [], "sweep / bare": []}
    with loopback_web(pages * 2) as port, tempfile.TemporaryDirectory() as folder:
        workspace = make_workspace(Path(folder) / "w", rights)
        sweep(workspace, [f"http://127.0.0.9:{port}/"], 5)  # builds the index
        for turn in range(rounds):
            spent: dict[str, list[Spent]] = {"bare": [], "sweep": []}
            for count, name in product((FEW, FEW + pages), spent):
                address = f"http://127.{turn + 1}.{count // FEW}.1:{port}/"
                if name == "bare":
                    spent[name].append(run(BARE, address, str(count)))
                else:
                    used, report = sweep(workspace, [address], count)
                    assert report["targets"]["seen"] == count, report["targets"]
                    spent[name].append(used)
            for name, (few, many) in spent.items():
                rates[name].append(pages / (many.cpu - few.cpu))
            rates["sweep / bare"].append(rates["sweep"][-1] / rates["bare"][-1])
            bare, swept = (1000 / rates[name][-1] for name in spent)
            memory = spent["sweep"][1].memory / 1e6
            print(f"{bare:.1f} ms a page bare, {swept:.1f} ms swept, {memory:.0f} MB", flush=True)
    for name, each in rates.items():
        unit = "" if "/" in name else " pages a CPU s"
        print(f"{name}: {median(each):.3g}{unit} ({min(each):.3g} to {max(each):.3g})")


def sites(count: int, pages: int, rights: int) -> None:
    """Sweep many sites, and 200 at a time of the same kind and as many pages of 200 large ones."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = make_workspace(Path(folder) / "w", rights)
        each = max(pages // count, 1)
        with loopback_web(each, menu=20) as port:
            everything = addresses(count + TIMES * 201, port)
            many = _swept(workspace, everything[:count], each + 1)
            small = [
                (
                    _swept(workspace, everything[first : first + 200], each + 1),
                    _swept(workspace, everything[first + 200 : first + 201], each + 1),
                )
                for first in range(count, count + TIMES * 201, 201)
            ]
        with loopback_web(pages // 200, menu=20) as port:
            large = _swept(workspace, addresses(200, port), pages // 200 + 1)
    # what a sweep costs that has hardly anything to do is taken off
    start = median(one.cpu for _, one in small)
    alike = median((two.requests - one.requests) / (two.cpu - one.cpu) for two, one in small)
    rate = many.requests / (many.cpu - start)
    fewer = large.requests / large.cpu
    print(
        f"{count:,} sites / 200 sites at a time of the same: {rate / alike:.2f};"
        f" / 200 sites with as many listings: {many.requests / many.cpu / fewer:.2f}"
    )


class Swept(NamedTuple):
    """What a sweep took."""

    requests: int
    """Pages, robots.txt and pictures."""
    cpu: float
    """Seconds."""


def _swept(workspace: Path, seeds: Sequence[str], pages: int) -> Swept:
    """Sweep, and tell how it went."""
    spent, report = sweep(workspace, seeds, pages)
    requests = sum(site["requests"] for site in report["sites"]) + report["pictures"]
    ends = Counter(
        "seen" if set(site["targets"]) <= {"seen", "not_reached"} else "otherwise"
        for site in report["sites"]
    )
    print(
        f"{len(seeds):,} sites ({dict(ends)}): {report['targets']}, {report['listings']:,}"
        f" listings; {requests:,} requests, {spent.wall:.0f} s, {requests / spent.cpu:.0f} requests"
        f" a CPU s, {spent.memory / 1e6:.0f} MB; {report['state']}",
        flush=True,
    )
    return Swept(requests, spent.cpu)


def addresses(number: int, port: int) -> list[str]:
    """Return the first pages of so many shops."""
    return [
        f"http://127.{1 + n // 62500}.{n // 250 % 250}.{1 + n % 250}:{port}/" for n in range(number)
    ]


def queue(urls: int) -> None:
    """Measure memory and time of a frontier."""
    with tempfile.TemporaryDirectory() as folder:
        db = open_store(Path(folder) / "markhound.db")
        plan = Campaign(name="queue", seeds=("https://a.example/",))
        record_sweep(db, "w-1", plan, datetime.now(UTC))
        frontier = Frontier(StoredRows(db, "w-1"))

        def flush() -> None:
            with writing(db):
                record_frontier(db, "w-1", frontier.changes)
            frontier.written()

        frontier.flush = flush
        taken: set[int] = set()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started = time.process_time()
        for number in range(urls):
            site = f"shop-{number % 18_000}.example"
            url = f"https://www.{site}/product/{number}-enamel-mug-with-a-lid-blue-350-ml"
            taken.add(hash(url))
            frontier.add(site, url, number % 3)
            if number % 50 == 0:
                frontier.flush()
        frontier.flush()
        added = time.process_time() - started
        memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
        started, popped = time.process_time(), 20_000
        for _ in range(popped):
            row = frontier.pop()
            assert row is not None
            frontier.end(row.target)
            frontier.flush()
        out = time.process_time() - started
        on_disk = (Path(folder) / "markhound.db").stat().st_size
        print(
            f"{urls:,} URLs of 18,000 sites wait: {memory / urls:.0f} bytes of memory each,"
            f" {added / urls * 1e6:.0f} us to add one, {out / popped * 1e6:.0f} us to hand one out"
            f" and record its end; {on_disk / 1e6:.0f} MB on disk"
        )
        db.close()


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    what = parser.add_subparsers(dest="what", required=True)
    for name, pages in (("stages", 400), ("sites", 18_000)):
        one = what.add_parser(name)
        one.add_argument("--pages", type=int, default=pages)
        one.add_argument("--rights", type=int, default=10_000)
        if name == "stages":
            one.add_argument("--rounds", type=int, default=5)
        else:
            one.add_argument("--sites", type=int, default=18_000)
    what.add_parser("queue").add_argument("--urls", type=int, default=1_000_000)
    chosen = parser.parse_args()
    if chosen.what == "stages":
        stages(chosen.pages, chosen.rights, chosen.rounds)
    elif chosen.what == "sites":
        sites(chosen.sites, chosen.pages, chosen.rights)
    else:
        queue(chosen.urls)


if __name__ == "__main__":
    main()
