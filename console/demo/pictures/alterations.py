"""What is done to stolen pictures so that they are not known again."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PIL import Image, ImageDraw, ImageEnhance, ImageOps

GENUINE_QUALITY = 88
"""JPEG quality of a picture that nobody altered."""

Change = Callable[[Image.Image], Image.Image]


def _plain(picture: Image.Image) -> Image.Image:
    return picture


def _recut(picture: Image.Image) -> Image.Image:
    """Cut 5% off the left, 4% off the top, 6% off the right and 5% off the bottom."""
    w, h = picture.size
    return picture.crop((round(w * 0.05), round(h * 0.04), round(w * 0.94), round(h * 0.95)))


def _recoloured(picture: Image.Image) -> Image.Image:
    warm = Image.merge(
        "RGB",
        [
            channel.point([min(255, round(v * gain)) for v in range(256)])
            for channel, gain in zip(picture.split(), (1.12, 0.98, 0.82), strict=True)
        ],
    )
    return ImageEnhance.Brightness(warm).enhance(1.12)


def _framed(picture: Image.Image) -> Image.Image:
    """Put a white mat and a red sales frame around it."""
    return ImageOps.expand(ImageOps.expand(picture, 26, (255, 255, 255)), 34, (214, 40, 40))


def _striped(picture: Image.Image) -> Image.Image:
    """Lay a translucent band with lozenges across it, as a seller's watermark."""
    w, h = picture.size
    mark = Image.new("L", picture.size)
    pen = ImageDraw.Draw(mark)
    top, bottom = round(h * 0.44), round(h * 0.53)
    pen.rectangle((0, top, w, bottom), fill=120)
    for x in range(0, w, 80):
        pen.polygon(
            [(x, top + 36), (x + 26, top + 10), (x + 52, top + 36), (x + 26, bottom - 8)], 190
        )
    return Image.composite(Image.new("RGB", picture.size, (255, 255, 255)), picture, mark)


def _small(picture: Image.Image) -> Image.Image:
    return picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.LANCZOS)


def _mirrored(picture: Image.Image) -> Image.Image:
    return ImageOps.mirror(picture)


def _rotated(picture: Image.Image) -> Image.Image:
    return picture.transpose(Image.Transpose.ROTATE_90)


ALTERATIONS: Mapping[str, tuple[Change, int]] = {
    "none": (_plain, GENUINE_QUALITY),
    "recompressed": (_plain, 45),
    "mirrored": (_mirrored, 82),
    "rotated": (_rotated, 82),
    "recut": (_recut, 80),
    "recoloured": (_recoloured, 82),
    "framed": (_framed, 82),
    "striped": (_striped, 82),
    "small": (_small, 70),
}
"""Name -> what is done, and the JPEG quality afterwards."""
