"""Erasing as a step of the schedule: put off while other work goes on, told once in the digest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from crawler.running import running
from crawler.store.database import now
from crawler.store.digests import Memory
from crawler.store.schedule import new_run_id
from crawler.workspace import make_workspace, open_workspace
from pipelines.digests.audiences import Audience
from pipelines.digests.gathering import Sources, gather
from tests.pipelines.test_retention import OLD, SETTINGS, keep, left
from tests.servers.command import invoke


def test_the_schedule_erases_unless_other_work_goes_on_and_the_digest_tells_it_once(
    tmp_path: Path,
) -> None:
    folder = make_workspace(tmp_path / "w").folder
    with (folder / "markhound.toml").open("a", encoding="utf-8") as settings:
        settings.write(SETTINGS)
    workspace = open_workspace(folder)
    for name in ("cap-1", "cap-2"):
        keep(workspace, None, f"https://elsewhere.example/{name}", name)
    apply = ("retention", "apply", "--by", "李伟", "--unless-busy")
    with running("w-1", workspace.logs):
        done = invoke(*apply, workspace=folder, expect=3)
        assert "nothing is erased while a sweep runs (w-1)" in done.err
    assert left(workspace) == {"cap-1", "cap-2"}
    with running(new_run_id(OLD), workspace.logs):  # the night whose step this is
        invoke(*apply, workspace=folder)
    assert left(workspace) == set()
    desk = Audience(
        name="desk", kind="mail", address="a@b.example", language="zh", risk=0.5, scope=None
    )
    memory = Memory(newest="", floor=OLD, upto=0, at=OLD, told={})
    with workspace.store() as db:
        items, _ = gather(db, workspace, desk, memory, Sources(), now())
        [told] = [item for item in items if item.kind == "erased"]
        assert (told.words, told.facts["count"], told.facts["by"]) == ("erased_captures", 2, "李伟")
        of_fair = replace(desk, scope=frozenset({"fair"}))
        later = replace(memory, told={("erased", "captures"): told.state})
        for audience, known in ((of_fair, memory), (desk, later)):
            again, _ = gather(db, workspace, audience, known, Sources(), now())
            assert "erased" not in {item.kind for item in again}
