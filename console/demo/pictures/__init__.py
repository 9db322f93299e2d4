"""The sample pictures: drawn on demand, the same on every machine that has the same Pillow."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from functools import cache

from PIL import Image

from console.demo.pictures import art, bags, books, devices, food, home, logos, outdoor, tea, wear
from console.demo.pictures.alterations import ALTERATIONS

PICTURES: Mapping[str, Callable[[], Image.Image]] = {
    draw.__name__: draw
    for draw in (
        art.cranes,
        art.fox_print,
        art.geometric_city,
        art.great_tide,
        art.orbit_poster,
        bags.backpack,
        bags.bucket_bag,
        bags.saddle_bag,
        bags.tote_bag,
        books.botanical_print,
        books.garden_book,
        books.guardian_mask,
        books.lighthouse_book,
        devices.diver_watch,
        devices.earbuds,
        devices.headphones,
        devices.headphones_white,
        devices.phone_case,
        devices.square_watch,
        food.oil_trio,
        food.olive_oil,
        food.peach_box,
        food.peach_branch,
        home.face_masks,
        home.halo_lamp,
        home.notebook,
        home.plant_pot,
        home.wooden_chair,
        outdoor.dome_tent,
        outdoor.umbrella,
        tea.tea_bowls,
        tea.tea_tin,
        tea.teapot,
        wear.hiking_boot,
        wear.lattice_scarf,
        wear.puffer_jacket,
        wear.running_shoe,
        wear.wool_scarf,
    )
}
"""Name -> drawing, of goods and works."""

LOGOS: Mapping[str, Callable[[], Image.Image]] = {
    draw.__name__: draw
    for draw in (
        logos.logo_aurelio,
        logos.logo_celadora,
        logos.logo_kelvaron,
        logos.logo_nordvinter,
        logos.logo_velisono,
        logos.logo_yunluling,
    )
}
"""Name -> drawing, of figurative marks."""


@cache
def _drawn(name: str) -> Image.Image:
    return (PICTURES.get(name) or LOGOS[name])()


def draw(name: str) -> Image.Image:
    """Return the picture of that name, drawn once in a process.

    :raises KeyError: for a name that is in neither ``PICTURES`` nor ``LOGOS``
    """
    return _drawn(name).copy()


def encode_reference(name: str, suffix: str) -> bytes:
    """Return the picture as its holder deposits it: ``.png`` without loss, ``.jpg`` nearly so."""
    data = io.BytesIO()
    if suffix == ".png":
        _drawn(name).save(data, "PNG", compress_level=3)
    else:
        _drawn(name).save(data, "JPEG", quality=95)
    return data.getvalue()


@cache
def encode_jpeg(name: str, alteration: str) -> bytes:
    """Return the picture as a shop serves it, altered (see ``ALTERATIONS``)."""
    change, quality = ALTERATIONS[alteration]
    data = io.BytesIO()
    change(draw(name)).save(data, "JPEG", quality=quality)
    return data.getvalue()


__all__ = ["ALTERATIONS", "LOGOS", "PICTURES", "draw", "encode_jpeg", "encode_reference"]
