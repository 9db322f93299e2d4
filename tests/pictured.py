"""Pictures with words in them, drawn by whichever font with Chinese characters is there."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from crawler.fonts import find_fonts

GROUND = (206, 188, 160)


def draw_words(
    *words: str, width: int = 1000, share: float = 0.2, size: tuple[int, int] = (1000, 800)
) -> Image.Image:
    """Return a picture with words below each other, each of a share of its width."""
    image = Image.new("RGB", size, GROUND)
    draw = ImageDraw.Draw(image)
    draw.ellipse((size[0] // 2, size[1] // 4, size[0] - 30, size[1] - 30), fill=(120, 60, 50))
    path = next(find_fonts())
    for number, word in enumerate(words):
        points = 100 * share * size[0] / ImageFont.truetype(path, 100).getlength(word)
        font = ImageFont.truetype(path, round(points))
        draw.text((size[0] // 12, size[1] // 10 + number * size[1] // 5), word, (20, 20, 40), font)
    return image.resize((width, round(width * size[1] / size[0])))


def write_words(path: Path, *words: str, share: float = 0.2) -> Path:
    """Write such a picture."""
    draw_words(*words, share=share).save(path)
    return path
