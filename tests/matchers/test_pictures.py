"""Copies are found however they were altered; other pictures are not."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont, ImageOps

from crawler.errors import PictureError
from matchers.candidate import FoundPicture
from matchers.explain import picture_finding
from matchers.pictures.hashing import find_maker, fingerprint
from matchers.pictures.index import LIMITS, PictureIndex
from matchers.pictures.prints import (
    BITS,
    ORIENTATIONS,
    REFERENCE_PARTS,
    Fingerprint,
    dump_fingerprint,
    parse_fingerprint,
)
from matchers.weights import PRIOR

TURNS: dict[str, Image.Transpose | None] = {
    "same": None,
    "mirror": Image.Transpose.FLIP_LEFT_RIGHT,
    "flip": Image.Transpose.FLIP_TOP_BOTTOM,
    "rotate-90": Image.Transpose.ROTATE_270,
    "rotate-180": Image.Transpose.ROTATE_180,
    "rotate-270": Image.Transpose.ROTATE_90,
    "transpose": Image.Transpose.TRANSPOSE,
    "transverse": Image.Transpose.TRANSVERSE,
}
"""How each orientation is made: Pillow turns the other way round."""

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
        assert [match.entry for match in found if match.verdict == "copy"] == [seed]
        assert found[0].transform == transform
        assert found[0].distance is not None
        assert 0 <= found[0].distance <= 40


def test_the_turns_are_the_orientations() -> None:
    assert tuple(TURNS) == ORIENTATIONS


@pytest.mark.parametrize("turn", ORIENTATIONS)
def test_names_each_orientation(turn: str, draw: Draw, encode: Encode) -> None:
    index = PictureIndex([fingerprint(encode(draw(1)))])
    method = TURNS[turn]
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
            hashed = PictureIndex(entries, dict.fromkeys(LIMITS, limit)).find_hashed(print_)
            found = {entry: match.distance for entry, match in hashed.items()}
            assert found == _compare_all(entries, print_, limit)


def _compare_all(entries: list[Fingerprint], ours: Fingerprint, limit: int) -> dict[int, int]:
    """Compare every allowed pair of views, bit by bit."""
    found: dict[int, int] = {}
    for place, theirs in enumerate(entries):
        for a in ours.views:
            for b in theirs.views:
                one_upright = a.orientation == "same" and b.part in REFERENCE_PARTS
                if not (one_upright or (a.part in REFERENCE_PARTS and b.part == "window")):
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


@pytest.mark.parametrize(("reference", "variants"), [(True, 1), (False, 4)])
def test_is_stored_as_bytes(*, reference: bool, variants: int, draw: Draw, encode: Encode) -> None:
    print_ = fingerprint(encode(ImageOps.expand(draw(1), 60, "white")))
    read = parse_fingerprint(dump_fingerprint(print_, reference=reference))
    assert read == print_
    assert read.maker == find_maker()
    assert np.array_equal(read.local.places, print_.local.places)
    assert np.array_equal(read.local.codes, print_.local.codes[:variants])


def test_hashes_only_leaves_local_features_out(draw: Draw, encode: Encode) -> None:
    print_ = fingerprint(encode(draw(1)), "hashes")
    assert not len(print_.local.places)
    views = fingerprint(encode(draw(1))).views
    assert print_.views == tuple(view for view in views if view.part != "inset")
    assert print_.maker == find_maker("hashes") != find_maker()


HEAD = (
    b'{"maker":"a","size":[1,1],"look":"%s","greys":1,"views":[["whole",[0,0,1,1],"%s"]],'
    b'"points":[1,0],"vectors":[0,0],"depth":"work"}'
)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x",
        b'{"maker":"a"}',
        HEAD % (b"odd", b"same") + b"\n" + bytes(1104),
        HEAD % (b"rich", b"sideways") + b"\n" + bytes(1104),
        HEAD % (b"rich", b"same") + b"\n" + bytes(1103),
    ],
)
def test_refuses_bytes_that_are_no_fingerprint(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a "):
        parse_fingerprint(data)


def test_reads_bytes_that_are_one() -> None:
    assert len(parse_fingerprint(HEAD % (b"rich", b"same") + b"\n" + bytes(1104)).views) == 1


def test_golden_hash(draw: Draw, encode: Encode) -> None:
    """A change here means: every stored fingerprint has to be made again."""
    view = fingerprint(encode(draw(1))).views[0]
    golden = "a789b0dec3376bb250cc878b3c1ef46349981a0d3ce3c39959e6c733a35e94c8"
    different = int(view.bits.hex(), 16) ^ int(golden, 16)
    assert different.bit_count() <= 2


def _case(colour: str, shift: int = 0) -> Image.Image:
    """Return a phone case of one colour on white."""
    image = Image.new("RGB", (600, 600), "white")
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((190 + shift, 60, 410, 540), 40, colour)
    draw.rounded_rectangle((210, 80, 280, 170), 20, "#222")
    return image


def _wordmark(name: str) -> Image.Image:
    image = Image.new("RGB", (600, 240), "white")
    font = ImageFont.load_default(size=110)
    ImageDraw.Draw(image).text((300, 120), name, "black", font, anchor="mm")
    return image


def _chart(seed: int) -> Image.Image:
    image, numbers = Image.new("RGB", (600, 600), "white"), np.random.default_rng(seed)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(size=30)
    for step in range(7):
        draw.line((30, 30 + 90 * step, 570, 30 + 90 * step), "black", 2)
        draw.line((30 + 90 * step, 30, 30 + 90 * step, 570), "black", 2)
        for column in range(6):
            place = (48 + 90 * column, 50 + 90 * step)
            draw.text(place, str(numbers.integers(30, 120)), "black", font)
    return image


def _bits(reference: Image.Image, picture: Image.Image, encode: Encode) -> float:
    """Return the evidence of a picture against a reference; 0 when it is not found."""
    found = PictureIndex([fingerprint(encode(reference))]).find(fingerprint(encode(picture)))
    weights = [
        picture_finding(FoundPicture(image="a", reference="b", match=match), also=False).weight
        for match in found
    ]
    return max(weights, default=0.0)


def _other_colours(image: Image.Image) -> Image.Image:
    """Keep the light, swap the colours."""
    light, blue, red = image.convert("YCbCr").split()
    return Image.merge("YCbCr", (light, red, blue)).convert("RGB")


def test_plain_goods_of_one_shape_are_not_flagged_alone(encode: Encode) -> None:
    for colour, shift in (("#2040a0", 0), ("#206020", 4), ("#a02020", 12), ("#a02020", 30)):
        assert _bits(_case("#a02020"), _case(colour, shift), encode) + PRIOR < -1


def test_the_very_picture_of_plain_goods_is_just_flagged(encode: Encode) -> None:
    for picture in (_case("#a02020"), _case("#a02020").resize((300, 300))):
        assert 0 <= _bits(_case("#a02020"), picture, encode) + PRIOR <= 1


def test_other_wordmarks_and_tables_are_not_found(encode: Encode) -> None:
    names = ("Aurelio", "Nordwind", "Zorvex", "Muro", "Velisono", "Kelvar")
    for first, second in permutations(names, 2):
        assert _bits(_wordmark(first), _wordmark(second), encode) + PRIOR < -1
    for first_seed, second_seed in permutations(range(4), 2):
        assert _bits(_chart(first_seed), _chart(second_seed), encode) + PRIOR < -1


def test_a_copied_wordmark_or_table_is_found(encode: Encode) -> None:
    for image in (_wordmark("Aurelio"), _chart(1)):
        assert _bits(image, image.resize((400, 300)), encode) > 6


def test_other_colours_weaken_a_copy_and_are_told(draw: Draw, encode: Encode) -> None:
    index = PictureIndex([fingerprint(encode(draw(1)))])
    (same,) = index.find(fingerprint(encode(draw(1), "JPEG", quality=60), "hashes"))
    (other,) = index.find(fingerprint(encode(_other_colours(draw(1))), "hashes"))
    assert (same.recoloured, other.recoloured) == (False, True)
    findings = [
        picture_finding(FoundPicture(image="a", reference="b", match=match), also=False)
        for match in (same, other)
    ]
    assert findings[0].weight > findings[1].weight > -PRIOR
    assert ["colours differ" in (finding.detail or "") for finding in findings] == [False, True]


def test_colours_are_turned_with_the_picture(draw: Draw, encode: Encode) -> None:
    index = PictureIndex([fingerprint(encode(draw(1)))])
    for method in TURNS.values():
        image = draw(1) if method is None else draw(1).transpose(method)
        assert not index.find(fingerprint(encode(image)))[0].recoloured


def test_fingerprints_of_the_first_kind_are_not_read_as_new() -> None:
    assert not find_maker().startswith("phash256-1 ")


def test_other_pictures_keep_well_away_from_the_limit(draw: Draw, encode: Encode) -> None:
    """So that a look-alike is no matter of chance: 20 different pictures, all pairs."""
    prints = [fingerprint(encode(draw(seed))) for seed in range(20)]
    index = PictureIndex(prints, dict.fromkeys(LIMITS, BITS))
    nearest = min(
        match.distance
        for place, print_ in enumerate(prints)
        for match in index.find_hashed(print_).values()
        if match.entry != place and match.distance is not None
    )
    assert nearest > max(LIMITS.values()) + 12
