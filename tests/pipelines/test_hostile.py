"""Hostile pictures end in a reported state, soon, and without fattening the process."""

from __future__ import annotations

import os
from pathlib import Path

from crawler.errors import PictureError
from pipelines.sweep.decoding import Decoder
from tests.pipelines.hostile import make_hostile

SECONDS = 5.0
"""Of the worker's own time: what others do on the machine is not the picture's fault."""
MEGABYTES = 500


def _peak(decoder: Decoder) -> int:
    """Return the most memory that the worker had so far, in megabytes."""
    assert decoder._process is not None
    status = Path(f"/proc/{decoder._process.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) // 1024


def _spent(decoder: Decoder) -> float:
    """Return the seconds that the worker has computed so far."""
    assert decoder._process is not None
    stat = Path(f"/proc/{decoder._process.pid}/stat").read_text()
    user, system = map(int, stat.rpartition(")")[2].split()[11:13])
    return (user + system) / os.sysconf("SC_CLK_TCK")


def test_each_gets_its_state(tmp_path: Path) -> None:
    files = list(make_hostile())
    assert len(files) >= 30
    wrong = []
    with Decoder() as decoder:
        for number, (name, data, reason) in enumerate(files):
            path = tmp_path / f"{number}.bin"
            path.write_bytes(data)
            assert (
                decoder.find_maker()
            )  # the worker is there: starting it is not the picture's fault
            before = _spent(decoder)
            try:
                decoder.read(path)
                said = None
            except PictureError as error:
                said = str(error)
            if decoder._process is None:
                wrong.append(f"{name}: the worker ended: {said}")
                break
            seconds = _spent(decoder) - before
            if seconds > SECONDS or _peak(decoder) > MEGABYTES:
                wrong.append(f"{name}: {seconds:.1f} s, {_peak(decoder)} MB")
            if (said is None) != (reason is None) or (reason or "") not in (said or ""):
                wrong.append(f"{name}: {said}")
    assert wrong == []
