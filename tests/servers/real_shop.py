"""What the real shops share: they are installed and filled once, and served as often as wanted.

A test sweeps them over HTTP and compares the outcome with what is truly in them.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

from tests.servers import shop_goods
from tests.servers.shop_goods import Product, fetch_goods, recut_picture, relist
from tests.servers.shop_process import Request, ShopProcess, make_environment, serve

SERVERS = Path(__file__).resolve().parent


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """A product as it stands in a running shop."""

    product: Product
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RunningShop:
    """A shop that is running, and what is truly in it."""

    process: ShopProcess
    originals: Sequence[Offer]
    relistings: Sequence[Offer]
    """In the order of ``originals``."""

    @property
    def url(self) -> str:
        """The shop's front page."""
        return self.process.url

    def requests(self) -> list[Request]:
        """Return what was asked for so far; complete once the shop was stopped."""
        return self.process.requests()


class RealShop(ABC):
    """A shop program in a folder of the cache, with 54 products and 54 re-listings."""

    name: ClassVar[str]
    """Names ``NAME.lock`` (its environment) and ``NAME_site/`` (our sources for it)."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._folder = cache / self.name
        self._site = SERVERS / f"{self.name}_site"
        self._python = self._folder / "venv" / "bin" / "python"

    @property
    @abstractmethod
    def _env(self) -> Mapping[str, str]:
        """Where the program finds its settings."""

    @abstractmethod
    def _fill(self, products: Sequence[Product]) -> None:
        """Make the shop's data from nothing."""

    @abstractmethod
    def _load_paths(self) -> Mapping[str, str]:
        """Return the path of each product's page, by UPC."""

    @contextmanager
    def run(self) -> Iterator[RunningShop]:
        """Serve the shop on a free port of loopback until the block ends."""
        self.build()
        originals, relistings = self._load_products()
        paths = self._load_paths()
        with (
            TemporaryDirectory() as logs,
            serve(self._python, self._env, Path(logs)) as process,
        ):
            base = process.url.rstrip("/")
            yield RunningShop(
                process=process,
                originals=[Offer(product=p, url=base + paths[p.upc]) for p in originals],
                relistings=[Offer(product=p, url=base + paths[p.upc]) for p in relistings],
            )

    def build(self) -> None:
        """Install and fill the shop, unless that was already done from the same sources."""
        self._cache.mkdir(parents=True, exist_ok=True)
        stamp = self._folder.with_suffix(".stamp")
        with (self._cache / "guard").open("w") as guard:
            fcntl.flock(guard, fcntl.LOCK_EX)
            if stamp.exists() and stamp.read_text() == self._fingerprint():
                return
            stamp.unlink(missing_ok=True)
            shutil.rmtree(self._folder, ignore_errors=True)
            pictures = self._folder / "pictures"
            pictures.mkdir(parents=True)
            originals, relistings = self._load_products()
            for original, relisting in zip(originals, relistings, strict=True):
                recut_picture(original.picture, relisting.picture)
            make_environment(self._folder / "venv", SERVERS / f"{self.name}.lock")
            self._fill([*originals, *relistings])
            stamp.write_text(self._fingerprint())

    def _load_products(self) -> tuple[list[Product], list[Product]]:
        originals = fetch_goods(self._cache / "goods")
        return originals, [relist(p, self._folder / "pictures") for p in originals]

    def _fingerprint(self) -> str:
        """Digest everything that the built shop was made from."""
        sources = [
            SERVERS / f"{self.name}.lock",
            SERVERS / f"{self.name}.py",
            Path(__file__),
            Path(shop_goods.__file__),
            *sorted(self._site.glob("*.py")),
        ]
        digest = hashlib.sha256(sys.version.encode())
        for source in sources:
            digest.update(source.read_bytes())
        return digest.hexdigest()
