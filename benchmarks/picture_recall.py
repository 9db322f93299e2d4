"""How many altered copies of real pictures are found, by the way in which they were altered.

    python benchmarks/picture_recall.py PHOTOS [--count N] [--half dev|test] [--crops N] [--skip N]
        [--descriptor MODEL] [--ways N] [--innocents N]
    python benchmarks/picture_recall.py PHOTOS --hashes [--count N] [--half dev|test]

``PHOTOS`` is a folder of pictures in folders. Half of them, by a digest of the name, are for
developing, the other half is only reported on. Of a half, N pictures are registered and altered in
every way of ``benchmarks.manipulations``; all others of that half are innocent. A copy is found
when the picture alone, with no other sign, is flagged for the original. Folders named in ``--same``
hold photos of one scene, which do match each other: they are registered, never innocent. Of each
picture of the other half N crops are registered besides, for a registry of a real size. Pictures
that show little (stars, letters, symbols) are told apart from those that show much. The time to
compare a picture is told as a multiple of decoding one whole with Pillow in the same run. With a
descriptor model it is told besides what is found of the same pictures without it, and how many
innocents look like a registered picture.

With ``--hashes`` nothing else is compared: all pictures of a half are registered, and of N of them
what is altered mildly, mirrored or turned is looked for. A pair is false when a picture is flagged
for another one.
"""

from __future__ import annotations

import argparse
import io
import random
import statistics
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from PIL import Image, ImageOps

from benchmarks.manipulations import MANIPULATIONS, MILD
from benchmarks.titles import is_kept_back
from crawler.errors import PictureError
from matchers.candidate import FoundPicture
from matchers.explain import picture_finding
from matchers.pictures.descriptor import Descriptor
from matchers.pictures.hashing import fingerprint
from matchers.pictures.index import PictureIndex
from matchers.pictures.matches import PictureMatch
from matchers.pictures.prints import NO_VECTORS, Depth, Fingerprint
from matchers.weights import PRIOR

SEED = 20261129
LONGEST = 800
"""Pixels of the longer side of an original."""
SAME_SCENE = ("grocery_store", "pdq_bridge")
TURNED = ("mirror", "90 degrees", "180 degrees")
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".gif"}


def flatten(image: Image.Image) -> Image.Image:
    """Return a picture upright and over white."""
    shown = ImageOps.exif_transpose(image).convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", shown.size, "white"), shown).convert("RGB")


def load(path: Path) -> Image.Image:
    """Return a picture upright, over white, not larger than ``LONGEST``."""
    with Image.open(path) as image:
        shown = image.convert("RGBA")
    shown.thumbnail((LONGEST, LONGEST))
    return flatten(shown)


def encode(image: Image.Image, quality: int = 85) -> bytes:
    """Return a picture as the JPEG in which a shop shows it."""
    file = io.BytesIO()
    image.convert("RGB").save(file, "JPEG", quality=quality)
    return file.getvalue()


def find_print(
    image: Image.Image,
    quality: int = 85,
    model: Descriptor | None = None,
    depth: Depth = "points",
) -> Fingerprint | None:
    """Return the fingerprint of a picture as a shop would show it; None when it is refused."""
    try:
        return fingerprint(encode(image, quality), depth, model)
    except PictureError:
        return None


def register(image: Image.Image, model: Descriptor | None = None) -> Fingerprint | None:
    """Return the fingerprint of a picture as its owner would register it."""
    return find_print(image, 92, model, "work")


def is_flagged(match: PictureMatch) -> bool:
    """Whether a match is flagged with no other sign."""
    found = FoundPicture(image="a", reference="b", match=match)
    return picture_finding(found, also=False).weight + PRIOR >= 0


def flagging(matches: Iterable[PictureMatch]) -> list[str]:
    """Return the methods of the matches that are flagged with no other sign."""
    return sorted({match.method for match in matches if is_flagged(match)})


def is_found(index: PictureIndex, print_: Fingerprint | None, place: int) -> bool:
    """Whether a picture is flagged for a reference with no other sign."""
    found = index.find(print_) if print_ else []
    return any(match.entry == place and is_flagged(match) for match in found)


def without(print_: Fingerprint | None) -> Fingerprint | None:
    """Return a fingerprint as it is made without a descriptor model."""
    return print_ and replace(print_, vectors=NO_VECTORS)


def choose(
    photos: Path, half: str, count: int, same: Sequence[str], skip: int = 0
) -> tuple[list[Path], list[Path]]:
    """Return the originals and the innocents of a half.

    :param skip: how many pictures are passed over before the originals; they are innocents
    """
    paths = [path for path in sorted(photos.rglob("*")) if path.suffix.lower() in SUFFIXES]
    paths = [path for path in paths if is_kept_back(path.name) == (half == "test")]
    random.Random(SEED).shuffle(paths)
    originals, others = paths[skip : skip + count], paths[:skip] + paths[skip + count :]
    return originals, [path for path in others if path.parent.name not in same]


def crop_others(
    photos: Path, half: str, crops: int, model: Descriptor | None = None
) -> Iterator[Fingerprint]:
    """Yield fingerprints of crops of the pictures of the other half."""
    paths, _ = choose(photos, "test" if half == "dev" else "dev", 1 << 30, ())
    for path in paths if crops else ():
        picture, rng = load(path), random.Random(path.name)
        width, height = (max(1, round(side * 0.75)) for side in picture.size)
        for _ in range(crops):
            x, y = rng.randint(0, picture.width - width), rng.randint(0, picture.height - height)
            print_ = register(picture.crop((x, y, x + width, y + height)), model)
            if print_ is not None:
                yield print_


def time_decoding(paths: Sequence[Path]) -> float:
    """Return CPU seconds to decode a picture of 1,000 pixels whole."""
    files = [encode(load(path).resize((1000, 750))) for path in paths[:20]]
    started = time.process_time()
    for data in files:
        Image.open(io.BytesIO(data)).load()
    return (time.process_time() - started) / len(files)


def measure(
    photos: Path,
    half: str,
    count: int,
    same: Sequence[str],
    *,
    crops: int = 0,
    skip: int = 0,
    model: Descriptor | None = None,
    ways: int = 1,
    innocents: int | None = None,
) -> Iterator[str]:
    """Yield the lines of the report."""
    paths, others = choose(photos, half, count, same, skip)
    others = others[:innocents]
    pairs = [(image, register(image, model)) for image in map(load, paths)]
    known = [(image, print_) for image, print_ in pairs if print_ is not None]
    more = list(crop_others(photos, half, crops, model))
    index = PictureIndex([*(print_ for _, print_ in known), *more])
    yield (
        f"{half}: {len(known)} registered of {len(paths)}, and {len(more)} crops of others;"
        f" {len(others)} innocent"
    )
    much = [print_.look == "rich" for _, print_ in known]
    shares: dict[str, float] = {}
    shown: dict[str, float] = {}
    bare: list[bool] = []
    for kind in list(MANIPULATIONS)[::ways]:
        rng = random.Random(f"{SEED} {kind}")
        prints = [find_print(MANIPULATIONS[kind](image, rng), model=model) for image, _ in known]
        found = [is_found(index, print_, place) for place, print_ in enumerate(prints)]
        bare += [is_found(index, without(print_), at) for at, print_ in enumerate(prints)]
        shares[kind] = sum(found) / len(found)
        shown[kind] = statistics.mean([hit for hit, rich in zip(found, much, strict=True) if rich])
        yield f"  {kind:<26} {shares[kind]:.3f}  {shown[kind]:.3f}"
    mild = statistics.mean(share for kind, share in shares.items() if kind in MILD)
    whole = statistics.mean(shares.values())
    yield f"  mean {whole:.3f}, of mild ones {mild:.3f}"
    if model is not None:
        yield f"  mean of the same pictures without the model {statistics.mean(bare):.3f}"
    rich = statistics.mean(shown.values())
    yield f"  mean of the {sum(much)} that show much {rich:.3f} (second column)"
    started = time.process_time()
    seen = {path: find_print(load(path), model=model) for path in others}
    matched = {path: index.find(print_) if print_ else [] for path, print_ in seen.items()}
    spent = (time.process_time() - started) / len(others)
    flagged = {path: methods for path, found in matched.items() if (methods := flagging(found))}
    yield f"  innocent pictures flagged: {len(flagged)} of {len(others)}"
    for path, methods in flagged.items():
        yield f"    {path.name} ({', '.join(methods)})"
    if model is not None:
        plain = [
            p for p in seen.values() if p and flagging(index.find(replace(p, vectors=NO_VECTORS)))
        ]
        yield f"  the same without the model: {len(plain)}"
        alike = [p for p, found in matched.items() if any(m.verdict == "lookalike" for m in found)]
        yield f"  innocent pictures that look like a registered one: {len(alike)}"
    yield f"  an innocent picture takes {spent / time_decoding(paths):.0f} times a decode"


def measure_hashes(photos: Path, half: str, count: int, same: Sequence[str]) -> Iterator[str]:
    """Yield the lines of the report on hashes alone."""
    originals, others = choose(photos, half, count, same)
    paths = [path for path in originals if path.parent.name not in same] + others
    known = {
        path: print_ for path in paths if (print_ := find_print(load(path), 92, depth="hashes"))
    }
    names, index = list(known), PictureIndex(list(known.values()))
    yield f"{half}, hashes alone: {len(names)} registered, {count} of them altered"
    pairs, false = 0, []
    for kind in (*MILD, *TURNED):
        rng = random.Random(f"{SEED} {kind}")
        shares: dict[bool, list[bool]] = {False: [], True: []}
        for path in names[:count]:
            print_ = find_print(MANIPULATIONS[kind](load(path), rng), depth="hashes")
            found = index.find_hashed(print_) if print_ else {}
            hits = {names[entry] for entry, match in found.items() if is_flagged(match)}
            shares[known[path].look == "rich"].append(path in hits)
            false += [f"{path.name} -> {hit.name} ({kind})" for hit in hits - {path}]
            pairs += len(names) - 1
        every, rich = (
            statistics.mean(shares[False] + shares[True]),
            statistics.mean(shares[True] or [False]),
        )
        yield f"  {kind:<26} {every:.3f}  {rich:.3f}"
    yield f"  false pairs: {len(false)} of {pairs:,}"
    yield from (f"    {pair}" for pair in false)


def main() -> None:
    """Print the shares of one half or both."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--count", type=int, default=150, help="pictures that are registered")
    parser.add_argument("--skip", type=int, default=0, help="pictures passed over before them")
    parser.add_argument("--crops", type=int, default=4, help="of each picture of the other half")
    parser.add_argument("--half", choices=("dev", "test"), help="one half; both unless given")
    parser.add_argument("--same", nargs="*", default=SAME_SCENE, help="folders of one scene")
    parser.add_argument("--ways", type=int, default=1, help="each N-th way of altering alone")
    parser.add_argument("--innocents", type=int, help="so many innocents at the most")
    parser.add_argument("--descriptor", metavar="MODEL", help="a descriptor model besides")
    parser.add_argument("--hashes", action="store_true", help="hashes alone, of mild edits")
    given = parser.parse_args()
    model = None if given.descriptor is None else Descriptor(given.descriptor)
    for half in ("dev", "test") if given.half is None else (given.half,):
        if given.hashes:
            for line in measure_hashes(given.photos, half, given.count, given.same):
                print(line, flush=True)
            continue
        for line in measure(
            given.photos,
            half,
            given.count,
            given.same,
            crops=given.crops,
            skip=given.skip,
            model=model,
            ways=given.ways,
            innocents=given.innocents,
        ):
            print(line, flush=True)


if __name__ == "__main__":
    main()
