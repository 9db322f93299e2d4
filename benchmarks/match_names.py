"""Speed, size, recall and noise of the name index, against rapidfuzz in the same run.

    python benchmarks/match_names.py [--data FOLDER] [--sizes 1000 10000 100000 1000000]

``--data`` holds ``marks/`` (as ``registries.py`` says) and ``titles/``; without it, names
and titles are made up. Only titles of the half that is kept back are used, each once, in random
order. Every size runs in a process of its own, so that memory is that of one index.

All times are CPU time of one process. The yardstick, ``process.extract(partial_ratio >= 90)`` over
all names, is what people try first; it reads a sample of the same titles, half of it before the
matcher and half after. *Noise* is marks per title that are not written exactly as registered, of
titles with nothing planted; *recall* is the share of names found where they were planted, hidden
in one of the thirteen ways of ``obfuscations.py``.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

from rapidfuzz import fuzz, process

from benchmarks.obfuscations import KINDS, Planted, plant
from benchmarks.registries import SEED, make_registry
from benchmarks.titles import is_kept_back, read_titles
from matchers.marks import MarkIndex

YARDSTICK = {1_000: 400, 10_000: 200, 100_000: 60, 1_000_000: 20}
"""Titles that the yardstick reads; it takes half a second and more for one over a million names."""
WARM_UP = 50
"""Titles read before time is taken: compiled code is loaded when it is first called."""


PLAIN_SIZE = 10_000
"""Names of the registry that is measured without numba."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """What one process measures."""

    count: int
    """Names of the registry."""
    data: Path | None
    titles: int
    """At most so many are searched."""
    planted: int
    """Titles with a hidden name, for each kind."""
    folder: Path
    """Where the index lies."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Built:
    """What it takes to build an index."""

    loading: float
    """CPU time until compiled code is there: compiled now, or kept from an earlier run."""
    seconds: float
    """CPU time of building, saving and opening."""
    size: int
    """Bytes on disk."""
    growth: int
    """Bytes by which the process grew at most."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What a search with an index does."""

    titles: int
    growth: int
    """Bytes by which the process grew from before the index was opened to after the search."""
    speed: float
    """Titles per CPU second."""
    yardstick: float
    """The same of rapidfuzz."""
    noise: float
    edits: Counter[tuple[str, ...]]
    """How the noise differs, and how often."""
    recall: dict[str, float]
    """By kind; empty when nothing was planted."""


def build(task: Task) -> Built:
    """Build and save the index; code is compiled before, on a small one."""
    names = make_registry(task.count, task.data and task.data / "marks")
    started = time.process_time()
    with tempfile.TemporaryDirectory() as small:
        MarkIndex.open(Path(small), enumerate(names[:100]))
    loaded, before = time.process_time(), _resident()
    MarkIndex.open(task.folder, enumerate(names))
    files = (path for path in task.folder.rglob("*") if path.is_file())
    return Built(
        loading=loaded - started,
        seconds=time.process_time() - loaded,
        size=sum(path.stat().st_size for path in files),
        growth=getrusage(RUSAGE_SELF).ru_maxrss * 1024 - before,
    )


def search(task: Task) -> Found:
    """Search titles with the saved index, and a sample of them with the yardstick."""
    names = make_registry(task.count, task.data and task.data / "marks")
    titles = _titles(task, task.titles + WARM_UP)
    warm_up, titles = titles[:WARM_UP], titles[WARM_UP:]
    sample = titles[: YARDSTICK.get(task.count, 100)]
    slow = _time_yardstick(sample[::2], names)
    before = _resident()
    index = MarkIndex.open(task.folder, enumerate(names))
    index.find_all(warm_up)
    started = time.process_time()
    found = index.find_all(titles)
    fast = time.process_time() - started
    growth = _resident() - before
    slow += _time_yardstick(sample[1::2], names)
    edits: Counter[tuple[str, ...]] = Counter()
    for matches in found:
        edits.update({match.owner: match.edits for match in matches if match.edits}.values())
    return Found(
        titles=len(titles),
        growth=growth,
        speed=len(titles) / fast,
        yardstick=len(sample) / slow,
        noise=edits.total() / len(titles),
        edits=edits,
        recall=_recall(task, index, names, titles),
    )


def _titles(task: Task, count: int) -> list[str]:
    found = read_titles(task.data and task.data / "titles", 3 * count)
    return [title for title in found if is_kept_back(title)][:count]


def _resident() -> int:
    """Return the bytes of memory that the process has (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGESIZE")


def _time_yardstick(titles: Sequence[str], names: Sequence[str]) -> float:
    started = time.process_time()
    for title in titles:
        process.extract(title, names, scorer=fuzz.partial_ratio, score_cutoff=90, limit=None)
    return time.process_time() - started


def _recall(
    task: Task, index: MarkIndex, names: Sequence[str], titles: Sequence[str]
) -> dict[str, float]:
    """Plant names of the kept-back half and count those found where they stand."""
    if not task.planted:
        return {}
    kept = [name for name in names if is_kept_back(name)]
    planted = plant(kept, titles, task.planted, random.Random(SEED))
    owners = {name: owner for owner, name in enumerate(names)}
    found = index.find_all([item.title for item in planted])
    hits: Counter[str] = Counter()
    for item, matches in zip(planted, found, strict=True):
        places = [match.span for match in matches if match.owner == owners[item.name]]
        hits[item.kind] += any(_overlap(item, place) for place in places)
    return {kind: hits[kind] / task.planted for kind in KINDS}


def _overlap(item: Planted, place: tuple[int, int]) -> bool:
    return place[0] < item.span[1] and item.span[0] < place[1]


def measure(task: Task) -> tuple[Built, Found]:
    """Build in one fresh process and search in another."""
    fresh = partial(ProcessPoolExecutor, 1, mp_context=get_context("spawn"))
    with fresh() as pool:
        built = pool.submit(build, task).result()
    with fresh() as pool:
        return built, pool.submit(search, task).result()


def report(task: Task, built: Built, found: Found) -> str:
    """Return the lines about one size."""
    kinds = found.edits.most_common(8)
    noise = ", ".join(f"{'+'.join(edits)} {n / found.titles:.4f}" for edits, n in kinds)
    lines = [
        f"{task.count:,} names, {found.titles:,} titles",
        f"  build {built.seconds:.1f} CPU s (and {built.loading:.1f} to load or compile);"
        f" {built.size / 1e6:,.1f} MB on disk;"
        f" the process grows by {built.growth / 1e6:,.0f} MB, one that searches by"
        f" {found.growth / 1e6:,.0f} MB",
        f"  {found.speed:,.0f} titles a CPU s; partial_ratio {found.yardstick:,.2f};"
        f" {found.speed / found.yardstick:,.0f} times as fast",
        f"  marks not written exactly, per title: {found.noise:.3f} ({noise})",
    ]
    if found.recall:
        mean = sum(found.recall.values()) / len(found.recall)
        shares = ", ".join(f"{kind} {share:.3f}" for kind, share in found.recall.items())
        lines.append(f"  hidden names found: {mean:.3f} ({shares})")
    return "\n".join(lines)


def run(count: int, given: argparse.Namespace, *, compiled: bool = True) -> Found:
    """Measure one size and print it."""
    with tempfile.TemporaryDirectory() as folder:
        task = Task(
            count=count,
            data=given.data,
            titles=given.titles if compiled else given.plain_titles,
            planted=given.planted if compiled else 0,
            folder=Path(folder),
        )
        built, found = measure(task)
        print(report(task, built, found), flush=True)
    return found


def main() -> None:
    """Print the figures of every size, the growth between them, and one size without numba."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, help="folder with marks/ and titles/")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(YARDSTICK))
    parser.add_argument("--titles", type=int, default=20_000, help="titles to search")
    parser.add_argument("--planted", type=int, default=300, help="hidden names of each kind")
    parser.add_argument("--plain-titles", type=int, default=300, help="titles without numba, or 0")
    given = parser.parse_args()
    speeds = {count: run(count, given).speed for count in given.sizes}
    for small, large in itertools.combinations(sorted(speeds), 2):
        times = speeds[small] / speeds[large]
        print(f"from {small:,} to {large:,} names: {times:.1f} times the time per title")
    if given.plain_titles:
        # Read by numba when it is imported; the processes that measure inherit it.
        os.environ["NUMBA_DISABLE_JIT"] = "1"
        print("without numba:")
        run(PLAIN_SIZE, given, compiled=False)


if __name__ == "__main__":
    main()
