"""The benchmark of the ledger runs, and its figures are of what it says."""

from pathlib import Path

from benchmarks.ledger import measure


def test_every_figure_is_there(tmp_path: Path) -> None:
    lines = list(measure(tmp_path, 200, 10))
    starts = [line[:6].strip() for line in lines]
    assert starts == ["append", "growth", "", "stamp:", "verify", "proof:"]
    assert "bytes an entry beside the stamps" in lines[2]
    assert lines[-1].endswith("of 20 entries under a stamp")
