"""Indexes with wrong numbers in them are refused, as compiled code would believe them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from matchers.index.tables import Names
from matchers.marks import MarkIndex

FORMS = [(0, "Aurelio"), (1, "奥雷利奥"), (2, "Nord Wind")]
POINTING = (
    "key_starts", "key_letters", "key_names", "name_forms", "exact_slots", "clue_starts",
    "clue_entries", "longest", "alphabet",
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    MarkIndex.open(tmp_path, FORMS)
    return tmp_path / "names-0001"


@pytest.mark.parametrize("table", POINTING)
@pytest.mark.parametrize("value", [-5, 2_000_000_000])
def test_what_points_outside_is_found(folder: Path, table: str, value: int) -> None:
    path = folder / f"{table}.npy"
    values = np.load(path)
    if value < 0 and values.dtype.kind == "u":
        value = np.iinfo(values.dtype).max
    values[len(values) // 2] = value if table != "clue_entries" or value < 0 else 2**62
    np.save(path, values)
    with pytest.raises(ValueError, match="no index of names"):
        MarkIndex.open(folder.parent, FORMS)


@pytest.mark.parametrize("table", Names._fields)
def test_tables_of_another_size_or_type_are_found(folder: Path, table: str) -> None:
    path = folder / f"{table}.npy"
    values = np.load(path)
    for wrong in (values[:0], values.astype(np.float64), values.reshape(1, -1)):
        np.save(path, wrong)
        with pytest.raises(ValueError, match="no index of names"):
            MarkIndex.open(folder.parent, FORMS)
    path.write_bytes(b"")
    with pytest.raises(ValueError, match="no index of names"):
        MarkIndex.open(folder.parent, FORMS)


def test_forms_in_another_order_are_found(folder: Path) -> None:
    path = folder / "forms.json"
    path.write_text(path.read_text().replace("Aurelio", "Aureli0"))
    with pytest.raises(ValueError, match="it is damaged"):
        MarkIndex.open(folder.parent, FORMS)
