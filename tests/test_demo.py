"""The demonstration, from nothing to a page that a browser shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.servers.command import Finished, run


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "w"


@pytest.fixture(scope="module")
def demo(workspace: Path) -> Finished:
    return run("demo", workspace=workspace)


def test_every_planted_infringement_is_flagged_and_nothing_else(demo: Finished) -> None:
    found = re.search(r"(\d+) of (\d+) planted .*, (\d+) of (\d+) other .*\s*flagged", demo.out)
    assert found, demo.out
    hits, planted, wrong, others = map(int, found.groups())
    assert (hits, planted, wrong, others) == (22, 22, 0, 46)
    assert "wrongly flagged" not in demo.out


def test_noise_that_lies_alike_by_chance_is_hardly_told(demo: Finished, workspace: Path) -> None:
    assert demo.status == 0
    hits = run("hits", "--all", "--json", workspace=workspace).lines
    below = [hit for hit in hits if not hit["flagged"]]
    parts = [hit for hit in below if hit["findings"][0]["feature"] == "picture_part"]
    assert below
    assert len(parts) <= 3  # 9 with any likeness of the points


def test_report_names_what_was_not_seen(demo: Finished) -> None:
    assert "1 gone: HTTP 404" in demo.out
    assert "1 blocked: HTTP 403" in demo.out
    assert "1 skipped: robots.txt forbids" in demo.out
    assert "not a picture" in demo.out


def test_what_was_found_stays_in_the_workspace(demo: Finished, workspace: Path) -> None:
    assert demo.status == 0
    assert (workspace / "hits.html").stat().st_size > 100_000
    hits = run("hits", "--json", workspace=workspace).lines
    assert {hit["flagged"] for hit in hits} == {True}
    sites = run("sites", "--json", workspace=workspace).lines
    assert sites[0]["flagged"] == len(hits)
    listings = run("listings", "--json", workspace=workspace).lines
    assert all(item["id"].startswith("l-") and item["layers"] for item in listings)


def test_from_hit_to_notice(demo: Finished, workspace: Path) -> None:
    assert demo.status == 0
    hit = run("hits", "--right", "WK-0003", "--json", workspace=workspace).lines[0]["id"]
    kind = ("--kind", "cn-ecommerce")
    done = run("notice", "draft", hit, *kind, workspace=workspace, expect=2)
    assert "has not been judged" in done.err
    run(
        "judge", hit, "--as", "infringing", "--by", "李伟", "--reason", "整本扫描",
        workspace=workspace,
    )  # fmt: skip
    done = run("notice", "check", hit, *kind, workspace=workspace, expect=1)
    assert "sender.name" in done.out
    assert "recipient" in done.out
    done = run("notice", "draft", hit, *kind, workspace=workspace, expect=2)
    assert "sender.name" in done.err
    assert run("notice", "status", "--json", workspace=workspace).out == ""
    site = run("sites", "--json", workspace=workspace).lines[0]["site"]
    (workspace / "markhound.toml").write_text(
        '[sender]\nname = "李伟"\norganisation = "示例律师事务所"\nrole = "agent"\n'
        'mandate = "授权委托书 2026-12"\nidentity = "110101XXXX"\naddress = "北京市示例路1号"\n'
        'phone = "+86 10 5555 0100"\nemail = "ip@firm.example"\nsignature = "李伟"\n',
        encoding="utf-8",
    )
    (workspace / "recipients.toml").write_text(
        f'[[recipients]]\nsite = "{site}"\nname = "示例平台"\nemail = "notice@shop.example"\n',
        encoding="utf-8",
    )
    assert "Nothing is missing" in run("notice", "check", hit, *kind, workspace=workspace).out
    done = run("notice", "draft", hit, *kind, workspace=workspace)
    assert "苔水灯塔" in done.out
    assert "/p/mosswater-copy" in done.out
    assert "nothing was sent" in done.err
    [notice] = run("notice", "status", "--json", workspace=workspace).lines
    assert notice["status"] == "draft"
    assert notice["hits"] == [hit]
    assert notice["text"] == done.out


def test_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    done = run("demo", workspace=tmp_path, expect=2)
    assert "is no workspace, and it is not empty" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
