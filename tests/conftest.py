"""What tests of several rooms share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.servers.command import run

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shop_cache() -> Path:
    """Where the real shops are installed; kept between runs, shared by MARKHOUND_SHOP_CACHE."""
    return Path(os.environ.get("MARKHOUND_SHOP_CACHE") or ROOT / ".cache" / "shops")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "w"
    run("init", workspace=folder)
    return folder
