"""Copies are found however they were altered; other pictures are not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageOps

from crawler.errors import PictureError
from matchers.pictures import (
    BITS,
    MAKER,
    MAX_DISTANCE,
    ORIENTATIONS,
    Fingerprint,
    PictureIndex,
    fingerprint,
    parse_fingerprint,
)

Draw = Callable[[int], Image.Image]
Encode = Callable[..., bytes]
Alter = Callable[[Image.Image], Image.Image]


def _crop(left: float, top: float, right: float, bottom: float) -> Alter:
    def alter(image: Image.Image) -> Image.Image:
        w, h = image.size
        return image.crop(
            (int(w * left), int(h * top), int(w * (1 - right)), int(h * (1 - bottom)))
        )

    return alter


def _shop_cut(image: Image.Image) -> Image.Image:
    """Cut a sixteenth off every side and resize, as shops do."""
    return _crop(1 / 16, 1 / 16, 1 / 16, 1 / 16)(image).resize((720, 540))


ALTERATIONS: dict[str, tuple[Alter, str | None]] = {
    "nothing": (lambda image: image, None),
    "small": (lambda image: image.resize((200, 150)), None),
    "squeezed": (lambda image: image.resize((500, 500)), None),
    "shop cut": (_shop_cut, "crop"),
    "cut 4%": (_crop(0.04, 0.04, 0.04, 0.04), "crop"),
    "bottom cut off": (_crop(0, 0, 0, 0.1), "crop"),
    "mirror": (ImageOps.mirror, "mirror"),
    "mirror, cut": (lambda image: ImageOps.mirror(_shop_cut(image)), "mirror+crop"),
    "clockwise": (lambda image: image.transpose(Image.Transpose.ROTATE_270), "rotate-90"),
    "upside down": (lambda image: image.transpose(Image.Transpose.ROTATE_180), "rotate-180"),
    "framed": (lambda image: ImageOps.expand(image, 60, "#b01030"), "border"),
    "grey": (lambda image: image.convert("L"), None),
}


@pytest.fixture(scope="module")
def index(draw: Draw, encode: Encode) -> PictureIndex:
    return PictureIndex([fingerprint(encode(draw(seed))) for seed in range(8)])


@pytest.mark.parametrize("name", ALTERATIONS)
def test_finds_an_altered_copy_and_nothing_else(
    name: str, index: PictureIndex, draw: Draw, encode: Encode
) -> None:
    alter, transform = ALTERATIONS[name]
    for seed in (0, 3, 7):
        found = index.find(
            fingerprint(encode(alter(draw(seed)).convert("RGB"), "JPEG", quality=70))
        )
        assert [match.entry for match in found] == [seed]
        assert found[0].transform == transform
        assert 0 <= found[0].distance <= 40


@pytest.mark.parametrize("turn", ORIENTATIONS)
def test_names_each_orientation(turn: str, draw: Draw, encode: Encode) -> None:
    index = PictureIndex([fingerprint(encode(draw(1)))])
    method = ORIENTATIONS[turn]
    image = draw(1) if method is None else draw(1).transpose(method)
    assert index.find(fingerprint(encode(image)))[0].transform == (None if turn == "same" else turn)


def test_region_is_the_copy_inside_its_frame(draw: Draw, encode: Encode) -> None:
    index = PictureIndex([fingerprint(encode(draw(1)))])
    framed = ImageOps.expand(draw(1), (200, 100, 200, 100), "white")
    x, y, width, height = index.find(fingerprint(encode(framed)))[0].region
    assert np.allclose((x, y, width, height), (200, 100, 640, 480), atol=12)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_works_with_few_references(count: int, draw: Draw, encode: Encode) -> None:
    entries = [fingerprint(encode(draw(seed))) for seed in range(count)]
    index = PictureIndex(entries)
    for entry, print_ in enumerate(entries):
        assert [(m.entry, m.distance) for m in index.find(print_)] == [(entry, 0)]
    assert index.find(fingerprint(encode(draw(99)))) == []


def test_the_index_finds_what_the_slow_comparison_finds(draw: Draw, encode: Encode) -> None:
    entries = [fingerprint(encode(draw(seed))) for seed in range(6)]
    for limit in (60, 90, 110):
        for print_ in entries:
            found = {m.entry: m.distance for m in PictureIndex(entries, limit).find(print_)}
            assert found == _compare_all(entries, print_, limit)


def _compare_all(entries: list[Fingerprint], ours: Fingerprint, limit: int) -> dict[int, int]:
    """Compare every allowed pair of views, bit by bit."""
    found: dict[int, int] = {}
    for place, theirs in enumerate(entries):
        for a in ours.views:
            for b in theirs.views:
                one_upright = a.orientation == "same" and b.part != "window"
                if not (one_upright or (a.part != "window" and b.part == "window")):
                    continue
                different = int.from_bytes(a.bits) ^ int.from_bytes(b.bits)
                found[place] = min(found.get(place, BITS), different.bit_count())
    return {place: distance for place, distance in found.items() if distance <= limit}


def _shade(width: int, height: int) -> Image.Image:
    return Image.fromarray(np.tile(np.linspace(0, 255, width, dtype=np.uint8), (height, 1)))


@pytest.mark.parametrize(
    "image",
    [Image.new("RGB", (300, 200), "white"), Image.new("L", (64, 64), 7), _shade(400, 300)],
    ids=["white", "dark", "shade"],
)
def test_refuses_plain_pictures(image: Image.Image, encode: Encode) -> None:
    with pytest.raises(PictureError, match="too plain to be compared"):
        fingerprint(encode(image))


def test_is_stored_as_text(draw: Draw, encode: Encode) -> None:
    print_ = fingerprint(encode(ImageOps.expand(draw(1), 60, "white")))
    assert parse_fingerprint(str(print_)) == print_
    assert print_.maker == MAKER
    assert str(print_).isascii()
    assert "\n" not in str(print_)


@pytest.mark.parametrize("text", ["", "x", "a|1x1|whole 0,0,1,1 sideways " + "0" * 64])
def test_refuses_text_that_is_no_fingerprint(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_fingerprint(text)


def test_golden_hash(draw: Draw, encode: Encode) -> None:
    """A change here means: every stored fingerprint has to be made again."""
    view = fingerprint(encode(draw(1))).views[0]
    golden = "a789b0dec3376bb250cc878b3c1ef46349981a0d3ce3c39959e6c733a35e94c8"
    different = int(view.bits.hex(), 16) ^ int(golden, 16)
    assert different.bit_count() <= 2


def test_threshold_leaves_room_to_chance() -> None:
    # 256 fair coins fall within 48 of a given row less than once in 10**24 rows.
    assert MAX_DISTANCE < BITS / 4
