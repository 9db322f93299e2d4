"""Whatever a file holds, it is read, or refused in words: never an error of the program."""

from __future__ import annotations

import contextlib
import io
import tempfile
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.errors import InputError
from crawler.registry import check_registry
from tests.crawler.offices import samples
from tests.crawler.offices.workbook_samples import cnipa_book

TODAY = date(2026, 11, 30)


def zipped() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/st96.xml", samples.ST96)
        archive.writestr("a/1799999.png", samples.png())
    return stream.getvalue()


def workbook() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return cnipa_book(Path(folder) / "a.xlsx").read_bytes()


FILES = {
    "st66.xml": samples.ST66.encode(),
    "euipo.xml": samples.EUIPO.encode(),
    "st96.xml": samples.ST96.encode(),
    "uspto.xml": samples.USPTO.encode(),
    "cnipa.csv": samples.CNIPA.encode("gb18030"),
    "euipo.json": samples.EUIPO_JSON.encode(),
    "designs.xml": samples.DESIGNS.encode(),
    "gi.csv": samples.EAMBROSIA.encode(),
    "st96.zip": zipped(),
    "cnipa.xlsx": workbook(),
}


@pytest.mark.parametrize("name", FILES)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    cuts=st.lists(
        st.tuples(
            st.floats(0, 1, exclude_max=True),
            st.integers(0, 40),
            st.binary(max_size=6)
            | st.sampled_from([b"<TradeMark>", b"\x00", b'"', b";", b"99999"]),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_a_file_with_other_bytes_is_read_or_refused(
    tmp_path: Path, name: str, cuts: list[tuple[float, int, bytes]]
) -> None:
    data = FILES[name]
    for where, length, other in cuts:
        at = int(where * len(data))
        data = data[:at] + other + data[at + length :]
    path = tmp_path / name
    path.write_bytes(data)
    with contextlib.suppress(InputError):
        check_registry(path, TODAY)
