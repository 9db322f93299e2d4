"""Pictures that are made to hurt, each with what is expected of it."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator

import numpy as np
from PIL import Image

Hostile = tuple[str, bytes, str | None]
"""Name, file, and a part of the reason for which it is refused; None = it is compared."""


def _save(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def _noise(width: int = 300, height: int = 200, seed: int = 1) -> Image.Image:
    coarse = np.random.default_rng(seed).integers(0, 256, (height // 10, width // 10, 3), np.uint8)
    return Image.fromarray(coarse).resize((width, height), Image.Resampling.NEAREST)


def _chunk(kind: bytes, data: bytes) -> bytes:
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def _png(width: int, height: int, *chunks: bytes, depth: int = 8, colour: int = 2) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head)
    return start + b"".join(chunks) + _chunk(b"IEND", b"")


def flat_png(width: int, height: int, depth: int = 8, colour: int = 0) -> bytes:
    """Return a PNG of one shade: few bytes, many pixels."""
    row = b"\0" + bytes(width * depth * (3 if colour == 2 else 1) // 8)
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    return _png(width, height, _chunk(b"IDAT", data), depth=depth, colour=colour)


def _scans(count: int) -> bytes:
    """Return a progressive JPEG of which the last scan stands there many times."""
    data = _save(_noise(400, 300), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + (data[last:-2]) * count + data[-2:]


def _gif(frames: int) -> bytes:
    images = [_noise(seed=seed) for seed in range(frames)]
    return _save(images[0], "GIF", save_all=True, append_images=images[1:])


def _exif_loop() -> bytes:
    """Return a JPEG whose EXIF directory points to itself."""
    tiff = b"II*\0" + struct.pack("<I", 8)
    entry = struct.pack("<HHII", 0x8769, 4, 1, 8)
    body = b"Exif\0\0" + tiff + struct.pack("<H", 1) + entry + struct.pack("<I", 8)
    data = _save(_noise(), "JPEG")
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[2:]


def make_hostile() -> Iterator[Hostile]:
    """Yield the files."""
    noise = _noise()
    jpeg, png, gif = (_save(noise, kind) for kind in ("JPEG", "PNG", "GIF"))
    webp, avif = _save(noise, "WEBP"), _save(noise, "AVIF")
    yield "empty", b"", "not a picture"
    yield "one byte", b"\xff", "not a picture"
    yield "html", b"<!doctype html><title>blocked</title>", "not a picture"
    yield "svg", b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>", "not a picture"
    yield "svg bomb", b"<svg>" + b"<g>" * 100_000, "not a picture"
    yield "pdf", b"%PDF-1.7\n" + bytes(2000), "not a picture"
    yield "postscript", b"%!PS-Adobe-3.0 EPSF-3.0\n(r) file\n", "not a picture"
    yield "tiff", _save(noise, "TIFF"), "not a picture"
    yield "bmp", _save(noise, "BMP"), "not a picture"
    yield "icon", _save(noise.resize((64, 64)), "ICO"), "not a picture"
    yield "jpeg head alone", jpeg[:40], ""
    yield "half a jpeg", jpeg[: len(jpeg) // 2], "cannot be decoded"
    yield "half a png", png[: len(png) // 2], "cannot be decoded"
    yield "half a gif", gif[: len(gif) // 2], "cannot be decoded"
    yield "half a webp", webp[: len(webp) // 2], ""
    yield "half an avif", avif[: len(avif) // 2], ""
    yield "png with a wrong sum", png[:40] + bytes([png[40] ^ 255]) + png[41:], ""
    yield "png bomb", flat_png(20_000, 20_000, depth=1), "pixels"
    yield "png just within the limit", flat_png(7000, 7000), "too plain"
    yield "png of 16 bits", flat_png(5000, 5000, depth=16), "too plain"
    yield "png of four billion", _png(2**31 - 1, 2**31 - 1, _chunk(b"IDAT", b"")), "pixels"
    yield "png without data", _png(500, 500), "cannot be decoded"
    yield "png of text", _text_bomb(), ""
    yield "a line", flat_png(16_000, 40), "too plain"
    yield "too long", flat_png(16_001, 40), "sides up to"
    yield "a pixel", flat_png(8, 1), "sides from 32"
    yield "white", _save(Image.new("RGB", (500, 500), "white"), "PNG"), "too plain"
    yield "all through", _save(Image.new("RGBA", (500, 500), (1, 2, 3, 0)), "PNG"), "too plain"
    yield "jpeg of 2,000 scans", _scans(2000), "scans"
    yield "jpeg of 90 scans", _scans(80), None
    yield "gif of 600 frames", _gif(600), None
    yield "jpeg with a loop in its exif", _exif_loop(), None
    yield "jpeg in cmyk", _save(noise.convert("CMYK"), "JPEG"), None
    yield "jpeg and html", jpeg + b"<script>alert(1)</script>" * 1000, None
    yield "html and jpeg", b"<html>" + jpeg, "not a picture"
    yield "large jpeg", _save(_noise(7000, 7000), "JPEG", quality=20), None
    yield "large webp", _save(_noise(5000, 5000), "WEBP", quality=20), None
    yield "large avif", _save(_noise(4000, 4000), "AVIF", quality=20, speed=10), None
    yield "21 MB", jpeg + bytes(21 * 2**20), "bytes"


def _text_bomb() -> bytes:
    """Return a PNG whose comment unpacks to 100 MB."""
    comment = b"Comment\0\0" + zlib.compress(bytes(100 * 2**20), 9)
    rows = zlib.compress(b"".join(b"\0" + bytes(300) for _ in range(100)))
    return _png(100, 100, _chunk(b"zTXt", comment), _chunk(b"IDAT", rows))
