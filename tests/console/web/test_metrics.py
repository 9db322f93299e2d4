"""What Prometheus reads: who may, that it parses, and that it says what is so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from console.schedule_health import Beat, write_beat
from console.web import metrics
from console.web.app import make_app
from crawler.errors import InputError
from crawler.store.database import now, timestamp, writing
from crawler.store.health import AGES, OLDER, find_health
from crawler.store.ledger import append_entry
from crawler.store.stamps import Stamp, StampReceipt, record_receipt, record_stamp
from crawler.workspace import Workspace, make_workspace, open_workspace
from tests.servers.console import BASE, serving, signed_in
from tests.servers.filled import SWEEP, fill

TOKEN = "令牌-0123456789"
BEAT = datetime(2026, 11, 1, 3, tzinfo=UTC)
Values = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("metrics") / "w"
    made = make_workspace(folder)
    fill(made, 80)
    (folder / "token").write_text(TOKEN + "\n", encoding="utf-8")
    with (folder / "markhound.toml").open("a", encoding="utf-8") as file:
        file.write('\n[metrics]\ntoken_file = "token"\n')
    (folder / "campaigns").mkdir()
    (folder / "campaigns" / "night.toml").write_text(
        'name = "night"\nseeds = ["https://a.example/"]\n[schedule]\ncron = "0 3 * * *"\n'
    )
    opened = open_workspace(folder)
    write_beat(opened, Beat(at=BEAT, runner="here 1"))
    return opened


@contextmanager
def reading(workspace: Workspace, token: str = TOKEN) -> Iterator[TestClient]:
    headers = {"authorization": f"Bearer {token}".encode()}
    with TestClient(make_app(workspace), base_url=BASE, headers=headers) as client:  # type: ignore[arg-type]  # bytes are taken
        yield client


def parsed(text: str) -> Values:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(values: Values, name: str, **labels: str) -> float:
    return values[f"markhound_{name}", tuple(sorted(labels.items()))]


def test_it_parses_and_says_what_is_so(workspace: Workspace) -> None:
    at = now()
    with workspace.store() as db, writing(db):
        append_entry(db, "backup", "workspace", {"bytes": 1}, by="markhound", at=at)
        stamp = Stamp(id="st-1", first=1, last=1, root="00", statement="00", anchors=("甲",), at=at)
        record_stamp(db, stamp)
        record_receipt(
            db,
            StampReceipt(
                stamp="st-1", number=1, anchor="甲", kind="rfc3161", state="granted",
                gen_time=at - timedelta(hours=1), at=at,
            ),
        )  # fmt: skip
    with reading(workspace) as client:
        client.get("/sign-in")
        client.get("/nowhere/at/all", follow_redirects=False)
        answer = client.get("/metrics")
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
        values = parsed(answer.text)
    assert value(values, "store_up") == 1
    assert value(values, "hits", flagged="true") == 77
    assert value(values, "hits", flagged="false") == 3
    waiting = [value(values, "queue_waiting_hits", age=age) for age in (*AGES, OLDER)]
    assert sum(waiting) == 77
    assert value(values, "queue_oldest_seconds") > 0
    assert value(values, "sweeps", state="finished") == 1
    assert value(values, "sweep_state", campaign="bags", state="finished") == 1
    assert value(values, "ledger_entries") == 3
    assert value(values, "ledger_unstamped_entries") == 2
    assert value(values, "ledger_stamped_timestamp_seconds") == pytest.approx(
        (at - timedelta(hours=1)).timestamp(), abs=1
    )
    assert value(values, "backup_timestamp_seconds") == pytest.approx(at.timestamp(), abs=1)
    assert value(values, "outbox_notices", step="uncertain") == 0
    assert value(values, "deadlines_overdue") == 0
    assert 0 < value(values, "disk_free_bytes") <= value(values, "disk_size_bytes")
    assert value(values, "database_bytes") >= workspace.database.stat().st_size
    counted = "console_request_seconds_count"
    assert value(values, counted, route="/sign-in", method="GET", status="2xx") == 1
    assert value(values, counted, route="other", method="GET", status="3xx") == 1


def test_the_schedule_is_told(workspace: Workspace) -> None:
    with reading(workspace) as client:
        values = parsed(client.get("/metrics").text)
    assert value(values, "schedule_campaigns") == 1
    assert value(values, "schedule_late_campaigns") == 0
    assert value(values, "schedule_failed_campaigns") == 0
    assert value(values, "schedule_beat_timestamp_seconds") == BEAT.timestamp()


def test_ages_are_told_apart(workspace: Workspace) -> None:
    with workspace.store() as db:
        db.execute("UPDATE queue SET waiting_since = ? WHERE waiting = 1", [timestamp(now())])
        hits = [
            row[0]
            for row in db.execute("SELECT hit FROM queue WHERE waiting = 1 AND flagged = 1 LIMIT 3")
        ]
        for hit, days in zip(hits, (2, 5, 40), strict=True):
            moment = timestamp(now() - timedelta(days=days))
            db.execute("UPDATE queue SET waiting_since = ? WHERE hit = ?", [moment, hit])
        health = find_health(db, now() + timedelta(seconds=1))
        db.rollback()
    assert list(health.waiting.values()) == [74, 1, 1, 0, 1]


def test_what_waits_is_counted_without_reading_its_rows(workspace: Workspace) -> None:
    said: list[str] = []
    with workspace.store() as db:
        db.conn.set_trace_callback(said.append)
        find_health(db, now())
        db.conn.set_trace_callback(None)
        [sql] = [one for one in said if "min(waiting_since) FROM queue" in one]
        plan = [str(row[3]) for row in db.execute(f"EXPLAIN QUERY PLAN {sql}")]
    of_queue = [step for step in plan if " queue " in step]
    assert len(of_queue) == 2 + len(AGES)
    assert all("USING COVERING INDEX queue_flagged_by_time" in step for step in of_queue)


@pytest.mark.parametrize("token", ["", "wrong", "令牌-0123456788"])
def test_without_the_token_nothing_is_told(workspace: Workspace, token: str) -> None:
    with reading(workspace, token) as client:
        answer = client.get("/metrics")
    assert answer.status_code == 401
    assert "markhound_" not in answer.text
    assert answer.headers["www-authenticate"] == "Bearer"


def test_it_is_off_unless_the_settings_say_who_may(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    with signed_in(workspace, "Ada", "admin") as client:
        assert client.get("/metrics").status_code == 404
    with TestClient(make_app(workspace), base_url=BASE, follow_redirects=False) as client:
        assert client.get("/metrics").status_code == 303


def test_this_machine_may_where_the_settings_say_so(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "w").folder
    (folder / "markhound.toml").write_text("[metrics]\nloopback = true\n")
    workspace = open_workspace(folder)
    with serving(workspace) as address:
        with urlopen(f"{address}/metrics", timeout=60) as answer:
            assert "markhound_store_up 1.0" in answer.read().decode()
        for header in ("x-forwarded-for", "forwarded"):  # a proxy tells for whom it asks
            asked = Request(f"{address}/metrics", headers={header: "203.0.113.9"})
            with pytest.raises(HTTPError, match="401") as refused:
                urlopen(asked, timeout=60)
            refused.value.close()
    with TestClient(make_app(workspace), base_url=BASE, client=("203.0.113.9", 1)) as client:
        assert client.get("/metrics").status_code == 401


def test_a_token_that_is_not_there_is_told(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "w").folder
    (folder / "markhound.toml").write_text('[metrics]\ntoken_env = "NOT_SET_ANYWHERE"\n')
    with pytest.raises(InputError, match="NOT_SET_ANYWHERE is not set"):
        make_app(open_workspace(folder))


def test_a_database_that_cannot_be_read_is_a_figure(
    workspace: Workspace,
) -> None:
    with reading(workspace) as client:
        assert client.get("/metrics").status_code == 200
        workspace.database.rename(workspace.database.with_name("away"))
        client.app.state.stores.close()  # type: ignore[attr-defined]  # any ASGI app to httpx
        try:
            values = parsed(client.get("/metrics").text)
        finally:
            workspace.database.unlink(missing_ok=True)
            workspace.database.with_name("away").rename(workspace.database)
    assert value(values, "store_up") == 0
    assert value(values, "disk_free_bytes") > 0
    assert not any(name == "markhound_hits" for name, _ in values)


def test_every_figure_is_documented(workspace: Workspace) -> None:
    page = Path(__file__).parents[3] / "docs" / "reference" / "metrics.md"
    text = page.read_text(encoding="utf-8")
    with reading(workspace) as client:
        names = {f.name for f in text_string_to_metric_families(client.get("/metrics").text)}
    assert len(names) > 20
    assert [name for name in sorted(names) if f"`{name}`" not in text] == []
    assert SWEEP not in text
    assert metrics.PATH in text
