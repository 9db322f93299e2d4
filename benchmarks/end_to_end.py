"""``markhound match`` as people run it, from files to a file, against rapidfuzz in the same run.

    python benchmarks/end_to_end.py [--data FOLDER] [--names N] [--listings N]

Writes a registry and listings (as ``match_names.py`` takes them: real with ``--data``, made up
without it), runs ``markhound match LISTINGS --registry RIGHTS --no-images --output HITS`` and takes
the CPU time of the whole process. A run with one listing gives what starting costs: Python, the
registry, its index. The yardstick is ``process.extract(partial_ratio >= 90)`` over the same names
in this process, on a sample of the titles, before and after each run; it reads no file, and tells
neither where nor why. Of several rounds the middle one is told, as machines have their moods.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

from rapidfuzz import fuzz, process

from benchmarks.registries import SEED, make_registry
from benchmarks.titles import is_kept_back, read_titles

MARKHOUND = Path(sys.executable).with_name("markhound")


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One run of the command."""

    seconds: float
    """CPU time of the process and of those that it started, system time included."""
    elapsed: float
    summary: str
    """What it said at the end."""


def write_lines(path: Path, records: Iterable[Mapping[str, object]]) -> None:
    """Write JSON Lines."""
    with path.open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def write_files(folder: Path, names: Sequence[str], titles: Sequence[str]) -> None:
    """Write ``rights.jsonl``, ``listings.jsonl`` and ``one.jsonl``, its first line."""
    rng = random.Random(SEED)
    write_lines(
        folder / "rights.jsonl",
        (
            {"id": f"TM-{number}", "kind": "trademark", "name": name, "classes": [25]}
            for number, name in enumerate(names)
        ),
    )
    listings = [
        {
            "url": f"https://shop.example/p/{number}",
            "site": "shop.example",
            "title": title,
            "price": f"{rng.randint(300, 90_000) / 100:.2f}",
            "currency": "EUR",
        }
        for number, title in enumerate(titles)
    ]
    write_lines(folder / "listings.jsonl", listings)
    write_lines(folder / "one.jsonl", listings[:1])


def run_match(folder: Path, listings: str) -> Run:
    """Run the command on one of the files."""
    rights, hits = folder / "rights.jsonl", folder / "hits.jsonl"
    command: list[str | Path] = [MARKHOUND, "match", folder / listings, "--registry", rights]
    command += ["--no-images", "--output", hits]
    before, started = getrusage(RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    elapsed, after = time.perf_counter() - started, getrusage(RUSAGE_CHILDREN)
    return Run(
        seconds=after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime,
        elapsed=elapsed,
        summary=" ".join(done.stderr.split()),
    )


def time_yardstick(titles: Sequence[str], names: Sequence[str]) -> float:
    """Return CPU seconds a title of rapidfuzz."""
    started = time.process_time()
    for title in titles:
        process.extract(title, names, scorer=fuzz.partial_ratio, score_cutoff=90, limit=None)
    return (time.process_time() - started) / len(titles)


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """The command and the yardstick, one right after the other."""

    slow: float
    """CPU seconds a title of the yardstick: the mean of before and after."""
    start: float
    """CPU seconds with one listing."""
    every: Run
    listings: int

    @property
    def whole(self) -> float:
        """CPU seconds a listing, start included."""
        return self.every.seconds / self.listings

    @property
    def each(self) -> float:
        """CPU seconds of one more listing."""
        return (self.every.seconds - self.start) / (self.listings - 1)

    @property
    def ratios(self) -> tuple[float, float]:
        """How many times as fast the command is: in all, and once started."""
        return self.slow / self.whole, self.slow / self.each


def take_round(folder: Path, titles: Sequence[str], names: Sequence[str], yardstick: int) -> Round:
    """Run the command and, before and after it, the yardstick on some of the titles."""
    before = time_yardstick(titles[: yardstick // 2], names)
    one, every = (run_match(folder, name) for name in ("one.jsonl", "listings.jsonl"))
    after = time_yardstick(titles[yardstick // 2 : yardstick], names)
    slow = (before + after) / 2
    return Round(slow=slow, start=one.seconds, every=every, listings=len(titles))


def main() -> None:
    """Print CPU seconds in all, to start, and per listing, and how much faster that is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, help="folder with marks/ and titles/")
    parser.add_argument("--names", type=int, default=10_000)
    parser.add_argument("--listings", type=int, default=30_000)
    parser.add_argument("--yardstick", type=int, default=200, help="titles that rapidfuzz reads")
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    names = make_registry(given.names, given.data and given.data / "marks")
    titles = read_titles(given.data and given.data / "titles", 3 * given.listings)
    titles = [title for title in titles if is_kept_back(title)][: given.listings]
    with tempfile.TemporaryDirectory() as folder:
        write_files(Path(folder), names, titles)
        run_match(Path(folder), "one.jsonl")  # compiled code is kept by the first run
        rounds = [
            take_round(Path(folder), titles, names, given.yardstick) for _ in range(given.rounds)
        ]
    whole, once = (
        sorted(ratios) for ratios in zip(*(found.ratios for found in rounds), strict=True)
    )
    middle = sorted(rounds, key=lambda found: found.ratios)[len(rounds) // 2]
    print(f"{len(names):,} names, Python {sys.version.split()[0]}: {middle.every.summary}")
    print(f"  {middle.every.seconds:.2f} CPU s, {middle.start:.2f} of them to start;", end=" ")
    print(f"{middle.every.elapsed:.2f} s by the clock")
    print(f"  {middle.each * 1e6:,.0f} µs a listing,", end=" ")
    print(f"{middle.whole * 1e6:,.0f} µs with its share of the start")
    print(f"  partial_ratio: {middle.slow * 1e6:,.0f} µs a title")
    print(f"  {statistics.median(whole):,.0f} times as fast in all", end=" ")
    print(f"({whole[0]:,.0f} to {whole[-1]:,.0f} in {len(rounds)} rounds),", end=" ")
    print(f"{statistics.median(once):,.0f} times once started ({once[0]:,.0f} to {once[-1]:,.0f})")


if __name__ == "__main__":
    main()
