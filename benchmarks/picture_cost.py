"""What it costs to compare a picture, as a multiple of decoding it whole with Pillow.

    OPENBLAS_NUM_THREADS=1 python benchmarks/picture_cost.py PHOTOS [--registered N] [--pictures N]

``PHOTOS`` is a folder of pictures in folders. N parts of them are registered as works. Pictures of
1,000 pixels are compared, of which one in twenty is an altered copy of a registered one. Each stage
and the yardstick run in turns, and the middle of the ratios is told; times are CPU time. Products
of matrices must run in one thread, as they do in a sweep: the others wait by spinning.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import Pool
from pathlib import Path

from PIL import Image

from benchmarks.logos_in_scenes import find_print
from benchmarks.manipulations import MANIPULATIONS
from benchmarks.picture_recall import SUFFIXES, encode, load
from matchers.pictures.index import PictureIndex
from matchers.pictures.prints import Fingerprint

SEED = 20261130
ROUNDS = 7
COPIES = 20
"""One picture in so many is a copy."""


def encode_large(image: Image.Image) -> bytes:
    """Return a picture as a JPEG of 1,000 pixels."""
    scale = 1000 / max(image.size)
    size = (max(32, round(image.width * scale)), max(32, round(image.height * scale)))
    return encode(image.resize(size, Image.Resampling.LANCZOS))


def cut_part(task: tuple[Path, int]) -> Image.Image:
    """Return one of many parts of a picture."""
    path, number = task
    picture, rng = load(path), random.Random(f"{SEED} {path.name} {number}")
    share = rng.uniform(0.5, 0.9)
    width, height = (max(32, round(side * share)) for side in picture.size)
    x = rng.randint(0, max(0, picture.width - width))
    y = rng.randint(0, max(0, picture.height - height))
    return picture.crop((x, y, x + width, y + height))


def register(task: tuple[Path, int]) -> Fingerprint | None:
    """Return the fingerprint of a part as that of a work."""
    return find_print(encode_large(cut_part(task)), "work")


def draw_pictures(
    paths: Sequence[Path], tasks: Sequence[tuple[Path, int]], count: int
) -> list[bytes]:
    """Return pictures of which one in ``COPIES`` is a copy of a registered part."""
    rng = random.Random(SEED)
    drawn = []
    for number in range(count):
        if number % COPIES:
            drawn.append(encode_large(load(rng.choice(paths))))
        else:
            kind = rng.choice(list(MANIPULATIONS))
            drawn.append(encode_large(MANIPULATIONS[kind](cut_part(rng.choice(tasks)), rng)))
    return drawn


def time_all(pictures: Sequence[bytes], do: Callable[[bytes], object]) -> float:
    """Return the CPU seconds for all pictures."""
    started = time.process_time()
    for data in pictures:
        do(data)
    return time.process_time() - started


def measure(photos: Path, registered: int, count: int) -> Iterator[str]:
    """Yield the lines of the report."""
    paths = [path for path in sorted(photos.rglob("*")) if path.suffix.lower() in SUFFIXES]
    random.Random(SEED).shuffle(paths)
    half = len(paths) // 2
    tasks = [(paths[half + number % (len(paths) - half)], number) for number in range(registered)]
    with Pool() as pool:
        prints = [print_ for print_ in pool.map(register, tasks, 8) if print_]
    pictures = draw_pictures(paths[:half], tasks, count)
    index = PictureIndex(prints)

    def compare(data: bytes) -> None:
        print_ = find_print(data, "points")
        if print_ is not None:
            index.find(print_)

    def compare_hashes(data: bytes) -> None:
        print_ = find_print(data, "hashes")
        if print_ is not None:
            index.find_hashed(print_)

    stages: dict[str, Callable[[bytes], object]] = {
        "hashes": lambda data: find_print(data, "hashes"),
        "hashes and points": lambda data: find_print(data, "points"),
        "the same, of a scene in which there may be logos": lambda data: find_print(data, "scene"),
        f"hashes, compared with {len(prints):,} works": compare_hashes,
        f"all stages, compared with {len(prints):,} works": compare,
    }
    yield f"{len(pictures)} pictures, 1 in {COPIES} a copy"
    for name, do in stages.items():
        ratios = []
        for _ in range(ROUNDS):
            whole = time_all(pictures, lambda data: Image.open(io.BytesIO(data)).load())
            ratios.append(time_all(pictures, do) / whole)
        span = f"({min(ratios):.2f} to {max(ratios):.2f})"
        yield f"  {name:<52} {statistics.median(ratios):6.2f}  {span}"


def main() -> None:
    """Print the multiples."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--registered", type=int, default=8000)
    parser.add_argument("--pictures", type=int, default=60)
    given = parser.parse_args()
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        parser.error("set OPENBLAS_NUM_THREADS=1: threads that wait would be counted")
    for line in measure(given.photos, given.registered, given.pictures):
        print(line, flush=True)


if __name__ == "__main__":
    main()
