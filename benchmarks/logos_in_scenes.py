"""How many logos are found in photos, by their width and by whether they are distorted.

    python benchmarks/logos_in_scenes.py LOGOS PHOTOS [--count N] [--half dev|test] [--more]

``LOGOS`` is a folder of logos named ``<brand>__<set>.png``, ``PHOTOS`` one of photos in folders.
Half of the brands and of the photos, by a digest of the name, are for developing; the other half is
only reported on. N logos are registered; one in four of them is laid over photos at 10 to 40% of
their width, plain, and distorted: turned up to 15 degrees, seen from the side, lighter or darker,
blurred, compressed more. Photos without a logo, and parts of them, are innocent. Told are shares
found at the score that 1 and 3 of 100 innocent pictures reach, and at that from which a logo is
flagged.
"""

from __future__ import annotations

import argparse
import random
import statistics
from collections.abc import Iterator, Sequence
from multiprocessing import Pool
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageEnhance, ImageFilter

from benchmarks.manipulations import perspective
from benchmarks.picture_recall import SAME_SCENE, choose, encode, flatten, load
from benchmarks.titles import is_kept_back
from crawler.errors import PictureError
from matchers.explain import weigh_picture
from matchers.pictures.hashing import fingerprint
from matchers.pictures.index import PictureIndex
from matchers.pictures.prints import Depth, Fingerprint
from matchers.weights import PRIOR

SEED = 20261130
WIDTHS = (0.1, 0.2, 0.3, 0.4)
SCENE = (800, 600)


class Scene(NamedTuple):
    """A logo in a photo."""

    logo: Path
    photo: Path
    width: float
    """Share of the photo's."""
    distorted: bool


def load_logo(path: Path) -> Image.Image:
    """Return a logo with its transparency."""
    with Image.open(path) as image:
        return image.convert("RGBA")


def draw_scene(scene: Scene) -> bytes:
    """Return a photo with a logo somewhere on it, half of them on a white label, as a JPEG."""
    rng = random.Random(f"{SEED} {scene.logo.name} {scene.width} {scene.distorted}")
    photo, logo = load(scene.photo).resize(SCENE), load_logo(scene.logo)
    width = round(SCENE[0] * scene.width)
    logo = logo.resize((width, max(1, round(logo.height * width / logo.width))))
    if rng.random() < 0.5:
        label = Image.new("RGBA", (logo.width * 5 // 4, logo.height * 5 // 4), "white")
        label.alpha_composite(logo, (logo.width // 8, logo.height // 8))
        logo = label
    if scene.distorted:
        logo = _distort(logo, rng)
    x = rng.randint(0, max(0, photo.width - logo.width))
    y = rng.randint(0, max(0, photo.height - logo.height))
    photo.paste(logo, (x, y), logo)
    if scene.distorted:
        photo = ImageEnhance.Brightness(photo).enhance(rng.uniform(0.7, 1.3))
        photo = photo.filter(ImageFilter.GaussianBlur(rng.uniform(0, 1)))
    return encode(photo, 70 if scene.distorted else 85)


def _distort(logo: Image.Image, rng: random.Random) -> Image.Image:
    """Return a logo seen from the side and turned a little."""
    seen = perspective(logo, rng, strength=0.12, fill="#00000000")
    return seen.rotate(rng.uniform(-15, 15), Image.Resampling.BICUBIC, expand=True)


def find_print(data: bytes, depth: Depth) -> Fingerprint | None:
    """Return the fingerprint of a picture; None when it is refused."""
    try:
        return fingerprint(data, depth)
    except PictureError:
        return None


def _print_logo(path: Path) -> Fingerprint | None:
    return find_print(encode(flatten(load_logo(path)), 95), "logo")


def _print_scene(scene: Scene) -> Fingerprint | None:
    return find_print(draw_scene(scene), "scene")


def _print_innocent(path: Path) -> list[Fingerprint | None]:
    """Return the fingerprints of a photo and of a part of it."""
    photo, rng = load(path), random.Random(path.name)
    width, height = (max(1, round(side * 0.6)) for side in photo.size)
    x, y = rng.randint(0, photo.width - width), rng.randint(0, photo.height - height)
    part = photo.crop((x, y, x + width, y + height))
    larger = part.resize((round(width * 1.5), round(height * 1.5)))
    return [find_print(encode(image, 85), "scene") for image in (photo, larger)]


def choose_logos(folder: Path, half: str, count: int, more: bool) -> list[Path]:
    """Return logos of a half, then, with ``more``, as many as there are of the other half.

    All drawings of a brand are in one half.
    """
    paths = sorted(folder.glob("*.png"))
    random.Random(SEED).shuffle(paths)
    ours = [path for path in paths if is_kept_back(path.name.split("__")[0]) == (half == "test")]
    others = [path for path in paths if path not in set(ours)]
    return ours[:count] + (others if more else [])


Score = tuple[float, float]
"""Bits and strength."""
_NONE: Score = (-1.0, 0.0)


def score(index: PictureIndex, print_: Fingerprint | None, entry: int | None = None) -> Score:
    """Return the best score of any reference, or of one."""
    matches = index.find(print_) if print_ else []
    scores = [(weigh_picture(m), m.strength) for m in matches if entry in (None, m.entry)]
    return max(scores, default=_NONE)


def measure(logos: Path, photos: Path, half: str, count: int, *, more: bool) -> Iterator[str]:
    """Yield the lines of the report."""
    paths = choose_logos(logos, half, count, more)
    _, backgrounds = choose(photos, half, 0, SAME_SCENE)
    rng = random.Random(SEED)
    scenes = [
        Scene(path, rng.choice(backgrounds), width, distorted)
        for path in paths[:count:4]
        for width in WIDTHS
        for distorted in (False, True)
    ]
    with Pool() as pool:
        prints = pool.map(_print_logo, paths, 4)
        shown = pool.map(_print_scene, scenes, 4)
        clean = [print_ for both in pool.map(_print_innocent, backgrounds, 4) for print_ in both]
    registered = [(path, print_) for path, print_ in zip(paths, prints, strict=True) if print_]
    places = {path: place for place, (path, _) in enumerate(registered)}
    index = PictureIndex([print_ for _, print_ in registered])
    yield f"{half}: {len(registered)} logos registered, {len(scenes)} scenes, {len(clean)} innocent"
    found = [
        (scene, score(index, print_, places[scene.logo]) if scene.logo in places else _NONE)
        for scene, print_ in zip(scenes, shown, strict=True)
    ]
    innocent = sorted((score(index, print_) for print_ in clean), reverse=True)
    for name, least in (
        ("1 innocent in 100", innocent[len(innocent) // 100]),
        ("3 innocent in 100", innocent[len(innocent) * 3 // 100]),
    ):
        yield from _tell(found, name, [scores > max(least, _NONE) for _, scores in found])
    flagged = sum(bits + PRIOR >= 0 for bits, _ in innocent) / len(innocent)
    yield from _tell(
        found, f"flagged ({flagged:.1%} innocent)", [s[0] + PRIOR >= 0 for _, s in found]
    )


def _tell(found: Sequence[tuple[Scene, Score]], name: str, hits: Sequence[bool]) -> Iterator[str]:
    pairs = list(zip((scene for scene, _ in found), hits, strict=True))
    for distorted in (False, True):
        shares = [
            statistics.mean(
                hit for s, hit in pairs if s.width == width and s.distorted == distorted
            )
            for width in WIDTHS
        ]
        words = "  ".join(f"{share:.2f}" for share in shares)
        yield f"  {name:<26} {'distorted' if distorted else 'plain':<10} {words}"
    yield f"  {name:<26} {'mean':<10} {statistics.mean(hits):.3f}"


def main() -> None:
    """Print the shares of one half or both."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("logos", type=Path)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--count", type=int, default=300, help="logos that are registered")
    parser.add_argument("--more", action="store_true", help="register the other half besides")
    parser.add_argument("--half", choices=("dev", "test"), help="one half; both unless given")
    given = parser.parse_args()
    for half in ("dev", "test") if given.half is None else (given.half,):
        for line in measure(given.logos, given.photos, half, given.count, more=given.more):
            print(line, flush=True)


if __name__ == "__main__":
    main()
