from __future__ import annotations

import io
import os
import random
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from crawler.errors import PictureError
from matchers.pictures.hashing import fingerprint
from pipelines.sweep.decoding import Decoder


def write_noise(path: Path, side: int = 64, seed: int = 1) -> Path:
    data = random.Random(seed).randbytes(side * side)
    Image.frombytes("L", (side, side), data).resize((256, 256)).save(path, "PNG")
    return path


def test_worker_gives_the_fingerprint_of_the_file(tmp_path: Path) -> None:
    file = write_noise(tmp_path / "图片 one\n.png")
    with Decoder() as decoder:
        assert decoder.read(file) == fingerprint(file.read_bytes())


def test_problems_are_told_and_the_worker_goes_on(tmp_path: Path) -> None:
    text = tmp_path / "page.html"
    text.write_text("<html>blocked</html>")
    with Decoder() as decoder:
        with pytest.raises(PictureError, match="not a picture"):
            decoder.read(text)
        with pytest.raises(PictureError, match="cannot be read: No such file"):
            decoder.read(tmp_path / "nothing.png")
        assert decoder.read(write_noise(tmp_path / "a.png")).size == (256, 256)


def test_a_killed_worker_costs_one_picture(tmp_path: Path) -> None:
    file = write_noise(tmp_path / "a.png")
    with Decoder() as decoder:
        decoder.read(file)
        process = decoder._process
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        with pytest.raises(PictureError, match="the decoder died on it"):
            decoder.read(file)
        assert decoder.read(file).size == (256, 256)


def test_a_picture_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    with Decoder(seconds=0.01) as decoder, pytest.raises(PictureError, match=r"within 0\.01 s"):
        decoder.read(write_noise(tmp_path / "a.png"))


def test_memory_is_limited(tmp_path: Path) -> None:
    """Needs about 700 MiB, from a file of a few kilobytes."""
    out = io.BytesIO()
    Image.new("RGBA", (7000, 7000), (3, 4, 5, 6)).save(out, "PNG")
    (tmp_path / "bomb.png").write_bytes(out.getvalue())
    with Decoder(memory=600 * 1024**2) as decoder:
        assert decoder.read(write_noise(tmp_path / "a.png")).size == (256, 256)
        with pytest.raises(PictureError, match="memory"):
            decoder.read(tmp_path / "bomb.png")
        assert decoder.read(write_noise(tmp_path / "b.png", seed=2)).size == (256, 256)


def test_several_threads_may_ask(tmp_path: Path) -> None:
    files = [write_noise(tmp_path / f"{n}.png", seed=n) for n in range(8)]
    with Decoder() as decoder, ThreadPoolExecutor(4) as threads:
        found = list(threads.map(decoder.read, files))
    assert found == [fingerprint(file.read_bytes()) for file in files]
