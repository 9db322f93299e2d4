"""Hostile and odd pictures: refused with a reason, or read as people see them."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from crawler.errors import PictureError
from matchers import decoding
from matchers.decoding import decode

Draw = Callable[[int], Image.Image]
Encode = Callable[..., bytes]


def _png_header(width: int, height: int) -> bytes:
    """Return a PNG that claims a size and has hardly any data."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100))
    return b"\x89PNG\r\n\x1a\n" + data + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture"),
        (b"BM" + bytes(100), "not a picture"),
        (_png_header(16_001, 100), "sides up to 16,000"),
        (_png_header(8000, 8000), "up to 50,000,000"),
        (_png_header(13_000, 13_000), "pixels"),
        (_png_header(30_000, 30_000), "pixels"),
        (_png_header(20, 500), "sides from 32"),
        (_png_header(500, 500), "cannot be decoded"),
        (b"\xff\xd8" + b"\xff\xda" * 101, "scans"),
    ],
)
def test_refuses(data: bytes, reason: str) -> None:
    with pytest.raises(PictureError, match=reason):
        decode(data)


def test_refuses_too_many_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MAX_BYTES", 99)
    with pytest.raises(PictureError, match="100 bytes; pictures up to 99"):
        decode(bytes(100))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_reads_each_format(kind: str, draw: Draw, encode: Encode) -> None:
    picture = decode(encode(draw(1), kind))
    assert (picture.image.mode, picture.size) == ("L", (640, 480))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_refuses_truncated_files(kind: str, draw: Draw, encode: Encode) -> None:
    data = encode(draw(1), kind)
    with pytest.raises(PictureError):
        decode(data[: len(data) // 2])


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_reads_each_mode_alike(mode: str, draw: Draw, encode: Encode) -> None:
    plain = draw(1)
    if mode == "I;16":
        grey = np.asarray(plain.convert("L")).astype(np.uint16)
        data = encode(Image.fromarray(grey * 257), "PNG")
    else:
        data = encode(plain.convert(mode), "JPEG" if mode == "CMYK" else "PNG")
    wanted = np.asarray(decode(encode(plain)).image).astype(int)
    got = np.asarray(decode(data).image.resize(wanted.shape[::-1])).astype(int)
    assert np.abs(wanted - got).mean() < (40 if mode == "1" else 12)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparent_parts_are_white(mode: str, encode: Encode) -> None:
    image = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (0, 0, 32, 64))
    grey = np.asarray(decode(encode(image.convert(mode))).image)
    assert (grey[:, :31] < 10).all()
    assert (grey[:, 33:] > 245).all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_sets_photographs_upright(orientation: int, draw: Draw, encode: Encode) -> None:
    upright = draw(1)
    turn = decoding.UPRIGHT.get(orientation)
    undo = {
        Image.Transpose.ROTATE_90: Image.Transpose.ROTATE_270,
        Image.Transpose.ROTATE_270: Image.Transpose.ROTATE_90,
    }
    stored = upright if turn is None else upright.transpose(undo.get(turn, turn))
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = decode(encode(stored, "JPEG", exif=exif, quality=95))
    assert picture.size == (640, 480)
    wanted = np.asarray(upright.convert("L").resize(picture.image.size)).astype(int)
    assert np.abs(wanted - np.asarray(picture.image)).mean() < 6


def test_reads_the_first_frame_only(draw: Draw) -> None:
    target = io.BytesIO()
    frames = [draw(seed) for seed in (1, 2, 3)]
    frames[0].save(target, "GIF", save_all=True, append_images=frames[1:])
    first = np.asarray(decode(target.getvalue()).image).astype(int)
    wanted = np.asarray(draw(1).convert("L").resize(first.shape[::-1])).astype(int)
    assert np.abs(first - wanted).mean() < 12


def test_a_transparent_shade_of_grey_is_white(encode: Encode) -> None:
    image = Image.new("L", (64, 64), 0)
    grey = np.asarray(decode(encode(image, "PNG", transparency=0)).image)
    assert (grey == 255).all()


def test_a_wide_strip_keeps_its_height(encode: Encode) -> None:
    image = decode(encode(Image.new("RGB", (4000, 40), "red"))).image
    assert min(image.size) >= decoding.MIN_SIDE


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        ((1000, 750), (500, 375)),  # libjpeg's half is nearly what was asked for
        ((940, 940), (512, 512)),  # and here it is too small
        ((1500, 1000), (512, 341)),
        ((400, 300), (400, 300)),
        ((64, 1200), (32, 512)),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_grey_is_what_it_is_in_colour(
    size: tuple[int, int], shown: tuple[int, int], kind: str, draw: Draw, encode: Encode
) -> None:
    data = encode(draw(1).resize(size), kind)
    picture, coloured = decode(data, 512, grey=True), decode(data, 512)
    assert (picture.image.mode, picture.colour.mode, picture.size) == ("L", "L", size)
    if kind == "JPEG":
        assert picture.image.size == shown
    wanted = np.asarray(coloured.image.resize(picture.image.size)).astype(int)
    assert np.abs(wanted - np.asarray(picture.image)).mean() < 4


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    place=st.integers(0, 5000),
    junk=st.binary(min_size=1, max_size=8),
    kind=st.sampled_from(["JPEG", "PNG"]),
)
def test_damaged_bytes_are_read_or_refused(
    place: int, junk: bytes, kind: str, draw: Draw, encode: Encode
) -> None:
    data = bytearray(encode(draw(1).resize((96, 72)), kind))
    place %= len(data)
    data[place : place + len(junk)] = junk
    try:
        picture = decode(bytes(data))
    except PictureError:
        return
    assert picture.image.mode == "L"
