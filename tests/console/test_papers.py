"""``markhound notice pdf`` and ``batch``, on a notice as the store keeps it."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from console.commands.deadlines import show
from crawler.campaign import Campaign
from crawler.model import Hit, Judgement, PictureOutcome, Right, Sighting, hit_id
from crawler.store.database import writing
from crawler.store.hits import load_hit, record_hits, record_judgement
from crawler.store.listings import record_sighting
from crawler.store.notices import load_noticed_hits, record_case, record_notice
from crawler.store.rights import record_rights
from crawler.store.sweeps import record_sweep
from crawler.takedown import Notice
from crawler.workspace import Workspace, make_workspace, open_workspace
from pipelines.takedown.cases import draft_case
from pipelines.takedown.deadlines import answer_deadlines, find_rule, run_deadline
from pipelines.takedown.draft import draft_notice
from pipelines.takedown.kinds import find_kind
from tests.pipelines.noticed import RECIPIENT, SENDER
from tests.servers.command import run
from tests.servers.notices import approve, employ
from tests.servers.stored_hits import MARK, NAME, PICTURE, a_listing

AT = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
AGAIN = datetime(2026, 11, 21, 1, 30, tzinfo=UTC)
LATER = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
RIGHT = replace(MARK, jurisdictions=("CN", "US"), images=("works/heron.png",))
LISTING = a_listing(url="https://shop.example/dp/B000000001", title="奥雷利奥 Aurelio 包")


def keep_picture(workspace: Workspace, shade: int) -> str:
    data = io.BytesIO()
    Image.effect_mandelbrot((200, 120), (-2, -1, 1, shade), 40).save(data, "PNG")
    return workspace.pictures.keep(data.getvalue())


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_workspace(tmp_path_factory.mktemp("papers"))


@pytest.fixture(scope="module")
def notice(workspace: Workspace) -> Notice:
    """Return a notice as it is kept, whose right and listing have changed since."""
    picture = PictureOutcome(url="https://shop.example/i/1.jpg", sha256=keep_picture(workspace, 1))
    record = replace(LISTING, images=(picture.url,))
    sighting = Sighting(
        id="s-1", listing=record.id, sweep="w-1", seen_at=AT, record=record, pictures=(picture,)
    )
    hit = Hit(
        id=hit_id("listing", record.url, RIGHT.id),
        target="listing",
        listing=record.url,
        right=RIGHT.id,
        score=0.97,
        flagged=True,
        findings=(NAME, PICTURE),
    )
    with workspace.store() as db:
        record_right(workspace, RIGHT, at=AT)
        record_sweep(db, "w-1", Campaign(name="night", seeds=("https://shop.example/",)), AT)
        with db.atomic():
            record_sighting(db, sighting)
            record_hits(db, sighting, [hit], {RIGHT.id})
        stored = load_hit(db, workspace.pictures, hit.id)
        judgement = Judgement(
            id="j-1",
            hit=hit.id,
            findings=stored.findings,
            decision="infringing",
            by="wei",
            authenticated=False,
            reason="copy",
            judged_at=LATER,
        )
        record_judgement(db, judgement)
        again = replace(sighting, id="s-1b", seen_at=AGAIN)
        with db.atomic():
            record_sighting(db, again)
            record_hits(db, again, [hit], {RIGHT.id})
        judged = [load_hit(db, workspace.pictures, hit.id)]
        case = draft_case(judged, opened_at=LATER)
        drafted = draft_notice(
            find_kind("us-trademark"),
            judged,
            SENDER,
            RECIPIENT,
            drafted_by="wei",
            drafted_at=LATER,
            notice_id="N-2026-000001",
            case=case,
        )
        wei, _ = employ(db)
        with writing(db):
            record_case(db, case)
            record_notice(db, drafted, {hit.id: judgement.id}, account=wei.id)
        record_right(
            workspace, replace(RIGHT, name="Renamed"), at=datetime(2026, 11, 23, tzinfo=UTC)
        )
        with db.atomic():
            later = replace(sighting, id="s-2", seen_at=datetime(2026, 11, 24, tzinfo=UTC))
            record_sighting(db, later)
            record_hits(db, later, [replace(hit, findings=(NAME,))], {RIGHT.id})
    return drafted


def record_right(workspace: Workspace, right: Right, *, at: datetime) -> None:
    pictures = {"works/heron.png": keep_picture(workspace, 2)}
    with workspace.store() as db:
        record_rights(db, [(right, pictures)], source="rights.jsonl", at=at)


def test_hits_of_a_notice_are_as_it_was_drafted(workspace: Workspace, notice: Notice) -> None:
    with workspace.store() as db:
        (stored,) = load_noticed_hits(db, workspace.pictures, notice)
    assert stored.right == RIGHT
    assert (stored.first_seen_at, stored.seen_at) == (AT, AGAIN)
    assert "last 2026-11-21 01:30" in notice.text
    assert stored.hit.findings == (NAME, PICTURE)
    assert stored.picture_files[PICTURE.image or ""].is_file()


def test_pdf_is_written_and_stays_the_same(
    workspace: Workspace, notice: Notice, tmp_path: Path
) -> None:
    first, second = tmp_path / "one.pdf", tmp_path / "two.pdf"
    for file in (first, second):
        done = run("notice", "pdf", notice.id, "--output", file, workspace=workspace.folder)
        assert done.err == f"N-2026-000001 written to {file}\n"
    assert first.read_bytes().startswith(b"%PDF-1.7")
    assert first.read_bytes() == second.read_bytes()
    done = run(
        *("notice", "pdf", "N-1", "--output", tmp_path / "x.pdf"),
        workspace=workspace.folder,
        expect=2,
    )
    assert "no notice has the id 'N-1'" in done.err
    assert not (tmp_path / "x.pdf").exists()


def test_batch_is_written_with_its_index(
    workspace: Workspace, notice: Notice, tmp_path: Path
) -> None:
    folder = tmp_path / "new" / "tables"
    wanted = ("notice", "batch", notice.id, notice.id, "--profile", "amazon", "--output", folder)
    done = run(*wanted, workspace=workspace.folder)
    assert "amazon-001.csv: 1 row\n" in done.err
    assert "not compared with the platform's own form" in done.err
    assert "Not approved, so not to be sent yet: N-2026-000001\n" in done.err
    table = (folder / "amazon-001.csv").read_text(encoding="utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(table))
    assert (row["ASIN"], row["Brand or title"]) == ("B000000001", "Aurelio")
    index = (folder / "amazon-index.csv").read_text(encoding="utf-8-sig")
    (entry,) = csv.DictReader(io.StringIO(index))
    assert (entry["file"], entry["row"], entry["notice"]) == ("amazon-001.csv", "1", notice.id)
    with workspace.store() as db, writing(db):
        approve(db, notice.id)
    again = run(*wanted, workspace=workspace.folder)  # the same again is no change
    assert "Not approved" not in again.err
    given = run(*wanted, "--set", "order_id=7", workspace=workspace.folder, expect=2)
    assert "is there with other content" in given.err
    wrong = run(*wanted, "--set", "order_id", workspace=workspace.folder, expect=2)
    assert "expected NAME=VALUE, got 'order_id'" in wrong.err


def test_deadlines_are_listed_soonest_first(
    capsys: pytest.CaptureFixture[str], workspace: Workspace, notice: Notice
) -> None:
    clocks = [*answer_deadlines(LATER, (7, 3)), run_deadline(find_rule("CN_RTC_17"), LATER)]
    show([(notice.id, clock) for clock in clocks], as_json=True)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["notice"], one["rule"]["id"], one.get("due")) for one in lines] == [
        (notice.id, "HOUSE_ANSWER", "2026-11-25"),
        (notice.id, "HOUSE_ANSWER", "2026-11-29"),
        (notice.id, "CN_RTC_17", None),
    ]
    show([(notice.id, clock) for clock in clocks], as_json=False)
    told = capsys.readouterr().out
    assert told.index("2026-11-25") < told.index("2026-11-29") < told.index("for good")
    assert run("deadlines", workspace=workspace.folder).out == "No clock runs.\n"
    wrong = run("deadlines", "N-9", workspace=workspace.folder, expect=2)
    assert "no notice has the id 'N-9'" in wrong.err


def test_font_of_the_workspace_is_taken_from_its_folder(
    workspace: Workspace, notice: Notice, tmp_path: Path
) -> None:
    config = workspace.folder / "markhound.toml"
    before = config.read_text(encoding="utf-8")
    changed = before.replace('# font = "fonts/NotoSansCJK-Regular.ttc"', 'font = "fonts/none.ttc"')
    config.write_text(changed, encoding="utf-8")
    try:
        assert open_workspace(workspace.folder).font == str(workspace.folder / "fonts/none.ttc")
        file = tmp_path / "x.pdf"
        done = run(
            *("notice", "pdf", notice.id, "--output", file), workspace=workspace.folder, expect=2
        )
        assert "fonts/none.ttc, which [takedown] font names" in done.err
    finally:
        config.write_text(before, encoding="utf-8")
