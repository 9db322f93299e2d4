"""What the tests of sweeps share: a registry, a sweep by the command, a look into the store."""

from __future__ import annotations

import io
import json
import sqlite3
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from tests.servers.command import run


def take_in(workspace: Path, *rights: dict[str, Any]) -> None:
    file = workspace.parent / "rights.jsonl"
    file.write_text("".join(json.dumps(right) + "\n" for right in rights))
    run("registry", "import", file, workspace=workspace)


def read_no_words(workspace: Path) -> None:
    """Set a new workspace so that its sweeps do without what takes seconds.

    That is text in pictures, and what a browser shows of the pages that they capture.
    """
    file = workspace / "markhound.toml"
    text = file.read_text().replace('words = "auto"', 'words = "off"', 1)
    file.write_text(text.replace('render = "auto"', 'render = "never"', 1))


def sweep(workspace: Path, *arguments: str, expect: int = 0, seconds: float = 240) -> Any:
    done = run(
        "sweep", *arguments, "--allow-private", "--delay", "0", "--json",
        workspace=workspace, expect=expect, seconds=seconds,
    )  # fmt: skip
    return done.json


def outcomes(workspace: Path, sweep_id: str) -> dict[str, tuple[str, str | None]]:
    db = sqlite3.connect(workspace / "markhound.db")
    rows = db.execute(
        "SELECT url, state, reason FROM outcomes WHERE sweep = ?1 UNION ALL"
        " SELECT url, 'not_reached', reason FROM frontier WHERE sweep = ?1",
        [sweep_id],
    )
    found = {url.split("/", 3)[3]: (state, reason) for url, state, reason in rows}
    db.close()
    return found


def check_database(workspace: Path) -> tuple[int, int]:
    """Return how many listings and sightings an intact database holds."""
    db = sqlite3.connect(workspace / "markhound.db")
    assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    listings, sightings = (
        db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in ("listings", "sightings")
    )
    db.close()
    return listings, sightings


def picture(seed: int = 3) -> bytes:
    image = Image.new("RGB", (320, 240), "white")
    draw = ImageDraw.Draw(image)
    for step in range(0, 300, 20):
        x, y = (step * seed * 7) % 320, (step * seed * 13) % 240
        draw.ellipse((x, y, x + 60, y + 40), fill=((step * 5) % 255, (step * 11) % 255, 90))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
