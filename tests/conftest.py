"""What tests of several rooms share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.servers.command import run
from tests.servers.sweeping import read_no_words

ROOT = Path(__file__).resolve().parent.parent
LONGEST = ("test_real_shops.py", "test_docs.py", "test_month.py", "test_whole_way.py")
"""Files that take minutes: they begin first, so that none is left alone with one at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the longest files begin first; all others stay in their order."""
    rank = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path.name, len(rank)))


@pytest.fixture(scope="session")
def shop_cache() -> Path:
    """Where the real shops are installed; kept between runs, shared by MARKHOUND_SHOP_CACHE."""
    return Path(os.environ.get("MARKHOUND_SHOP_CACHE") or ROOT / ".cache" / "shops")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Return a new workspace; text in pictures is not read, nor is a captured page shown, which
    takes seconds."""
    folder = tmp_path / "w"
    run("init", workspace=folder)
    read_no_words(folder)
    return folder
