"""Pictures of two listings are the same by their bytes, or as copies."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from crawler.pictures import PictureFolder
from pipelines.takedown.same_pictures import Pictures
from tests.servers.sweeping import picture


def test_a_picture_that_was_saved_anew_is_the_same_one(tmp_path: Path) -> None:
    folder = PictureFolder(root=tmp_path)
    whole = Image.open(io.BytesIO(picture(3)))
    smaller, other = io.BytesIO(), picture(5)
    whole.convert("RGB").resize((200, 150)).save(smaller, "JPEG", quality=70)
    old = [folder.keep(picture(3))]
    pictures = Pictures(folder)
    assert pictures.find_same(old, old) == 1
    assert pictures.find_same(old, [folder.keep(smaller.getvalue()), folder.keep(other)]) == 1
    assert pictures.find_same(old, [folder.keep(other), folder.keep(b"no picture"), "ab" * 32]) == 0
