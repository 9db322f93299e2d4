"""References that a descriptor model finds near: copies, look-alikes, and neither."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from crawler.model import Listing, Right
from matchers.candidate import FoundPicture
from matchers.explain import picture_finding
from matchers.judge import Matcher, Subject
from matchers.pictures.hashing import fingerprint
from matchers.pictures.matches import PictureMatch
from matchers.pictures.prints import (
    NO_VECTORS,
    Fingerprint,
    HashedView,
    Look,
    Vectors,
    dump_fingerprint,
    parse_fingerprint,
)
from matchers.pictures.vectors import ALIKE, COPY, FEW, FEW_USUAL, MOST_COPY, SUPPORT, VectorRows
from matchers.weights import LOOKALIKE, PRIOR

SIZE = 64
WHOLE = (0, 0, 400, 300)
Numbers = npt.NDArray[np.float64]
Draw = Callable[[int], Image.Image]
Encode = Callable[..., bytes]


def _around(seed: int, share: float = 0.0, towards: int | None = None) -> Numbers:
    """Return numbers that are as far from those of the seed alone as the share of others says."""
    own, other = (
        np.random.default_rng(n).normal(size=SIZE) for n in (seed, 1000 + (towards or seed))
    )
    own, other = own / np.linalg.norm(own), other / np.linalg.norm(other)
    other -= own * (own @ other)
    other /= np.linalg.norm(other)
    mixed = own * (1 - share) + other * np.sqrt(1 - (1 - share) ** 2)
    scaled: Numbers = mixed / np.abs(mixed).max() * 127
    return scaled


def _print(
    *rows: Numbers,
    parts: tuple[str, ...] = ("whole",),
    look: Look = "rich",
) -> Fingerprint:
    named = tuple((part, WHOLE) for part, _ in zip(parts, rows, strict=True))
    values = np.round(np.array(rows)).astype(np.int8).reshape(len(rows), -1)
    return Fingerprint(
        maker="m",
        size=(400, 300),
        look=look,
        views=(),
        greys=(bytes(1024),),
        vectors=Vectors(named, values),
    )


def _find(rows: VectorRows, picture: Fingerprint) -> list[PictureMatch]:
    return list(rows.judge(rows.near(picture), picture))


@pytest.mark.parametrize("count", [0, 1, 2, FEW, 40])
def test_each_reference_is_nearest_to_itself(count: int) -> None:
    rows = VectorRows([_print(_around(n)) for n in range(count)])
    for n in range(count):
        (match, *others) = _find(rows, _print(_around(n)))
        assert (match.entry, match.verdict, match.method) == (n, "copy", "descriptor")
        assert match.far is not None
        assert match.far < 0.001
        assert not others
    assert rows.near(_print(_around(77))) == [] if not count else True
    assert _find(rows, _print(_around(77))) == []


def test_what_is_usual_is_learnt_from_many_references() -> None:
    few, many = (VectorRows([_print(_around(n)) for n in range(c)]) for c in (FEW - 1, FEW))
    assert few.usual == FEW_USUAL
    assert 0.8 < many.usual < 1.2
    # A model that finds everything alike: its distances are small, and so are its limits.
    common = _around(500) * 3
    alike = VectorRows([_print((_around(n) + common) / 4) for n in range(40)])
    assert 0.05 < alike.usual < 0.3
    assert _find(alike, _print((_around(77) + common) / 4)) == []


@pytest.mark.parametrize(
    ("share", "verdict"),
    [
        (COPY * 0.8, "copy"),
        ((COPY + ALIKE) / 2, "lookalike"),
        (ALIKE * 1.4, None),
    ],
)
def test_how_near_decides(share: float, verdict: str | None) -> None:
    rows = VectorRows([_print(_around(n)) for n in range(40)])
    found = _find(rows, _print(_around(3, share)))
    assert [match.verdict for match in found] == ([verdict] if verdict else [])
    assert all(match.far == pytest.approx(share, abs=0.02) for match in found)


def test_nothing_far_is_a_copy_whatever_is_usual() -> None:
    # Half of them the other way round: two references are 1 apart in the middle, some are 2.
    rows = VectorRows([_print(_around(n)) for n in range(20)])
    rows.usual = 2.0
    (match,) = _find(rows, _print(_around(3, MOST_COPY + 0.03)))
    assert match.verdict == "lookalike"


def test_a_part_of_the_picture_may_be_the_copy() -> None:
    rows = VectorRows([_print(_around(n)) for n in range(20)])
    other = _around(99)
    for part, transform in (("mirrored", "mirror"), ("trimmed", "border"), ("window", "border")):
        picture = _print(other, _around(5), parts=("whole", part))
        (match,) = _find(rows, picture)
        assert (match.entry, match.verdict, match.transform) == (5, "copy", transform)


def test_a_window_makes_no_look_alike() -> None:
    rows = VectorRows([_print(_around(n)) for n in range(20)])
    near = (COPY + ALIKE) / 2
    assert _find(rows, _print(_around(99), _around(5, near), parts=("whole", "window"))) == []
    (match,) = _find(rows, _print(_around(99), _around(5, near), parts=("whole", "mirrored")))
    assert match.verdict == "lookalike"


def test_one_picture_of_many_rights_is_found_for_each() -> None:
    rows = VectorRows([*(_print(_around(n)) for n in range(20)), *[_print(_around(3))] * 9])
    found = _find(rows, _print(_around(3, 0.1)))
    assert [match.entry for match in found] == [3, *range(20, 29)]
    assert {match.verdict for match in found} == {"copy"}


def test_a_star_among_stars_is_no_copy() -> None:
    """Near to a reference, but its nearest of another right is not much farther."""
    others = [_print(_around(n)) for n in range(20)]
    series = [_print(_around(50)), _print(_around(50, 0.2))]
    rights = [f"W-{n}" for n in range(20)]
    picture = _print(_around(50, 0.15, towards=7))
    (match, *_) = _find(VectorRows([*others, *series], [*rights, "W-50", "W-51"]), picture)
    assert (match.entry, match.verdict) == (20, "lookalike")
    (match, *_) = _find(VectorRows([*others, *series], [*rights, "W-50", "W-50"]), picture)
    assert (match.entry, match.verdict) == (20, "copy")


@pytest.mark.parametrize("look", ["plain", "flat"])
@pytest.mark.parametrize(
    ("bits", "colour", "verdict"),
    [(SUPPORT, 0, "copy"), (SUPPORT + 1, 0, "lookalike"), (SUPPORT, 200, "lookalike")],
)
def test_of_what_shows_little_a_hash_must_agree(
    look: Look, bits: int, colour: int, verdict: str
) -> None:
    """In the same colours, too."""
    others = [_print(_around(n)) for n in range(20)]
    rows = VectorRows([*others, _with_hash(_print(_around(50), look=look), 0, 0)])
    (match,) = _find(rows, _with_hash(_print(_around(50, 0.1)), bits, colour))
    assert (match.entry, match.verdict) == (20, verdict)
    assert _find(rows, _print(_around(99), _around(50), parts=("whole", "window"))) == []


def _with_hash(print_: Fingerprint, bits: int, colour: int) -> Fingerprint:
    """Return a fingerprint whose hash has so many bits, and that is of one colour."""
    packed = ((1 << bits) - 1).to_bytes(32, "little")
    view = HashedView(
        part="whole", box=WHOLE, orientation="same", bits=packed, colours=bytes([colour] * 48)
    )
    return replace(print_, views=(view,))


def test_a_look_alike_is_weak_and_says_so() -> None:
    rows = VectorRows([_print(_around(n)) for n in range(20)])
    (match,) = _find(rows, _print(_around(3, (COPY + ALIKE) / 2)))
    found = FoundPicture(image="a.jpg", reference="b.png", match=match)
    finding = picture_finding(found, also=False)
    assert finding.feature == "picture_lookalike"
    assert finding.weight == LOOKALIKE
    assert 0 < finding.weight < -PRIOR
    assert finding.descriptor_distance == match.far
    assert finding.distance is None
    assert finding.detail is not None
    assert "looks like the registered picture b.png" in finding.detail
    assert picture_finding(found, also=True).weight == 0


def test_a_look_alike_alone_is_told_and_not_flagged() -> None:
    rows = VectorRows([_print(_around(n)) for n in range(20)])
    right = Right(id="W-1", kind="work", images=("b.png",))
    listing = Listing(url="https://s.example/1", title="x", images=("a.jpg", "c.jpg"))
    found = tuple(
        replace(match, entry=0) for match in _find(rows, _print(_around(3, (COPY + ALIKE) / 2)))
    )
    matcher = Matcher([right], [("W-1", "b.png")])
    (hit,) = matcher.match([Subject(listing, {"a.jpg": found, "c.jpg": found})])
    assert not hit.flagged
    assert [(f.feature, f.weight) for f in hit.findings] == [
        ("picture_lookalike", LOOKALIKE),
        ("picture_lookalike", 0.0),
    ]


def test_vectors_are_stored_and_those_of_references_only_in_part() -> None:
    rows = [_around(n) for n in range(3)]
    print_ = _print(*rows, parts=("whole", "mirrored", "window"))
    whole, part = (
        parse_fingerprint(dump_fingerprint(print_, reference=reference)).vectors
        for reference in (False, True)
    )
    assert whole.parts == print_.vectors.parts
    assert np.array_equal(whole.values, print_.vectors.values)
    assert part.parts == (("whole", WHOLE),)
    assert np.array_equal(part.values, print_.vectors.values[:1])


def test_fingerprints_of_before_there_were_vectors_are_none(draw: Draw, encode: Encode) -> None:
    data = dump_fingerprint(fingerprint(encode(draw(1))))
    line, _, body = data.partition(b"\n")
    assert b'"vectors":[0,0]' in line
    assert parse_fingerprint(data).vectors.parts == NO_VECTORS.parts
    with pytest.raises(ValueError, match="not a fingerprint"):
        parse_fingerprint(line.replace(b',"vectors":[0,0]', b"") + b"\n" + body)
    with pytest.raises(ValueError, match="not the vectors"):
        parse_fingerprint(line.replace(b"[0,0]", b'[0,0,["wall",[0,0,1,1]]]') + b"\n" + body)
