"""Parts that are not the whole are refused rather than left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.errors import WorkspaceError
from crawler.store.period_records import Records
from crawler.store.period_tables import opened_period
from crawler.workspace import make_workspace
from pipelines.figures.counting import counted, parts
from pipelines.figures.period import parse_period
from tests.servers.filled import fill


def test_a_value_that_is_not_known_stops_the_report(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    fill(workspace, 3)
    period = parse_period("2026-11-01", "2026-11-30", "UTC")
    times = (period.since, period.until, period.known)
    with workspace.store() as db, opened_period(db, *times, period.place):
        sweeps = counted(db, "sweeps.run", Records(population="sweeps"))
        assert [part.count for part in parts(db, "sweeps", sweeps, "state", ["finished"])] == [1]
        with pytest.raises(WorkspaceError, match=r"sweeps: state is finished"):
            parts(db, "sweeps", sweeps, "state", ["stopped"])
