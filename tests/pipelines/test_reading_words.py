"""Words in pictures are really read, in a process of its own, within limits."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import rapidocr

from crawler.errors import InputError, PictureError
from pipelines.sweep.words import LineReader, check_installed, is_installed
from tests.pictured import draw_words, write_words
from tests.pipelines.hostile import make_hostile


@pytest.fixture(scope="module")
def reader() -> Iterator[LineReader]:
    with LineReader() as reader:
        yield reader


def test_words_are_read_where_they_stand(reader: LineReader, tmp_path: Path) -> None:
    for share in (0.1, 0.35):
        path = write_words(tmp_path / "a.png", "Aurelio", "青瓷小筑", share=share)
        latin, chinese = reader.read(path)
        assert (latin.text, chinese.text) == ("Aurelio", "青瓷小筑")
        x, y, width, height = latin.region
        assert x < 110 < x + width
        assert width == pytest.approx(1000 * share, abs=40)
        assert y + height <= chinese.region[1] + chinese.region[3]
        assert min(latin.confidence, chinese.confidence) > 0.9


def test_places_are_those_of_the_picture_itself(reader: LineReader, tmp_path: Path) -> None:
    draw_words("Aurelio", width=3000).save(tmp_path / "large.png")
    (line,) = reader.read(tmp_path / "large.png")
    assert line.region[0] == pytest.approx(250, abs=40)
    assert line.region[2] == pytest.approx(600, abs=60)


def test_where_nothing_is_written_nothing_is_read(reader: LineReader, tmp_path: Path) -> None:
    assert reader.read(write_words(tmp_path / "a.png")) == ()


def test_hostile_pictures_are_refused_and_the_reader_goes_on(
    reader: LineReader, tmp_path: Path
) -> None:
    file = tmp_path / "hostile"
    for _, data, reason in make_hostile():
        if reason not in (None, "too plain"):
            file.write_bytes(data)
            with pytest.raises(PictureError, match=re.escape(reason or "") or None):
                reader.read(file)
    assert [
        line.text for line in reader.read(write_words(file.with_suffix(".png"), "Aurelio"))
    ] == ["Aurelio"]


def test_one_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    with LineReader(seconds=0.01) as reader, pytest.raises(PictureError, match="not read within"):
        reader.read(write_words(tmp_path / "a.png"))


def test_memory_is_limited(tmp_path: Path) -> None:
    with (
        LineReader(memory=400 * 2**20) as reader,
        pytest.raises(PictureError, match=r"memory|died"),
    ):
        reader.read(write_words(tmp_path / "a.png", "Aurelio"))


def test_it_is_silent_and_leaves_its_package_as_it_was(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = Path(rapidocr.__file__).parent

    def files() -> dict[Path, int]:
        found = (path for path in folder.rglob("*") if path.suffix != ".pyc")
        return {path: path.stat().st_mtime_ns for path in found if path.is_file()}

    before = files()
    with LineReader() as reader:
        reader.read(write_words(tmp_path / "a.png", "Aurelio"))
    assert files() == before
    assert capfd.readouterr() == ("", "")


def test_without_the_extra_it_is_told_where_it_was_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert is_installed()
    check_installed("on")
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    assert not is_installed()
    check_installed("auto")
    with pytest.raises(InputError, match=r"pip install 'markhound\[ocr\]'"):
        check_installed("on")
