"""``markhound audit``: drawn in the ledger before the look, checked by others, kept to the lot."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import subprocess
from pathlib import Path

import pytest

from crawler.store.ledger import find_entries
from crawler.workspace import Workspace, make_workspace
from tests.servers.command import Finished, invoke
from tests.servers.console import an_account
from tests.servers.filled import fill
from tests.servers.judged import add_account
from tests.servers.ledgers import at_hand, broken, verified
from tests.servers.reviewed import judge_hits

SITES = tuple(f"店{number}.example" for number in range(12))
PEOPLE = ("李伟", "王芳", "Ann")


@pytest.fixture
def opened(tmp_path: Path) -> Workspace:
    (tmp_path / "sites.txt").write_text("\n".join(SITES), encoding="utf-8")
    (tmp_path / "people.txt").write_text("\n".join(PEOPLE), encoding="utf-8")
    return make_workspace(tmp_path / "w")


def audit(opened: Workspace, *words: str | Path, expect: int = 0, token: str = "") -> Finished:
    env = {"MARKHOUND_TOKEN": token}
    return invoke("audit", *words, workspace=opened.folder, expect=expect, env=env)


def lists(opened: Workspace) -> tuple[str | Path, ...]:
    folder = opened.folder.parent
    return ("--targets", folder / "sites.txt", "--inspectors", folder / "people.txt")


def draw(opened: Workspace, *more: str, expect: int = 0) -> Finished:
    words = ("draw", *lists(opened), "--count", "4", *more)
    return audit(opened, *words, "--json", expect=expect)


def test_a_draw_is_recorded_whole_and_holds(opened: Workspace) -> None:
    conflict = ("--conflict", "Ann", "*", "cousin of a seller")
    made = draw(opened, "--seed", "3312.45", "--each", "2", *conflict, "--purpose", "秋季").json
    assert {name for turn in made["turns"] for name in turn["inspectors"]} == {"李伟", "王芳"}
    with opened.store() as db:
        [entry] = [entry for entry in find_entries(db) if entry.kind == "draw"]
    told = json.loads(entry.record)
    assert told["drawn"] == [[turn["target"], turn["inspectors"]] for turn in made["turns"]]
    assert (told["seed"], told["seed_from"], told["conflicts"]["count"]) == ("3312.45", "given", 1)
    assert audit(opened, "check", made["id"], "--json").json["holds"]
    again = draw(opened, "--seed", "3312.45", "--each", "2", *conflict).json
    assert again["turns"] == made["turns"]
    assert draw(opened).json["seed_from"] == "drawn"
    assert len(audit(opened, "list", "--json").lines) == 3
    assert "秋季" in audit(opened, "list").out
    assert broken(verified(opened)) == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE drawn SET inspector = 'Ann' WHERE place = 1",
        "UPDATE drawn SET target = '店0.example' WHERE place = 2",
        "DELETE FROM drawn WHERE place = 4",
        "DELETE FROM draw_names WHERE name = '店3.example'",
        "INSERT INTO draw_names VALUES ((SELECT id FROM draws), 'inspector', 'Eve')",
        "INSERT INTO draw_conflicts VALUES ((SELECT id FROM draws), 'Ann', '*', 'r')",
        "UPDATE draws SET seed = 'other'",
        'UPDATE ledger SET record = replace(record, \'"seed":"s"\', \'"seed":"x"\')',
        "UPDATE ledger SET record = replace(record, 'smallest first', 'as I like')",
    ],
)
def test_a_draw_that_was_changed_does_not_hold(
    opened: Workspace, tmp_path: Path, change: str
) -> None:
    made = draw(opened, "--seed", "s").json
    with at_hand(opened) as db:
        assert db.execute(change).rowcount
    checked = audit(opened, "check", made["id"], "--json", expect=1)
    assert checked.json["problems"]
    refused = audit(opened, "export", made["id"], "--output", tmp_path / "out", expect=2)
    assert "does not hold" in refused.err
    assert not (tmp_path / "out").exists()


def test_a_published_seed_is_known_again(opened: Workspace) -> None:
    seed = audit(opened, "seed", "--by", "李伟", "--json").json
    assert hashlib.sha256(seed["seed"].encode()).hexdigest() == seed["sha256"]
    with opened.store() as db:
        assert not any(seed["seed"] in entry.record for entry in find_entries(db))
    assert draw(opened, "--seed", seed["seed"]).json["seed_from"] == "published"
    assert "to be published now" in audit(opened, "seed").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--sites",), "expected one of --targets, --sites, --campaign or --rejects, got 2"),
        (("--accounts",), "expected one of --inspectors or --accounts, got 2"),
        (("--count", "13"), "expected to draw 1 to 12 targets, got 13"),
        (("--each", "4"), "expected 4 inspectors or more"),
        (("--seed", "a\nb"), "expected a seed of one line"),
        (("--conflict", "Eve", "*", "r"), "'Eve' is in no list of this draw"),
        (("--conflict", "Ann", "x", "r"), "'x' is in no list of this draw"),
        (("--conflict", "Ann", "*", " "), "expected a reason"),
        (("--purpose", "a\nb"), "expected a purpose of one line"),
    ],
)
def test_what_cannot_be_drawn_leaves_nothing(
    opened: Workspace, words: tuple[str, ...], said: str
) -> None:
    assert said in draw(opened, *words, expect=2).err
    assert audit(opened, "list", "--json").lines == []


def test_only_who_was_drawn_records_what_was_found(opened: Workspace) -> None:
    made = draw(opened, "--seed", "s").json
    [first, *_] = made["turns"]
    target, [inspector] = first["target"], first["inspectors"]
    [other, *_] = [name for name in PEOPLE if name != inspector]
    record = ("record", made["id"], target)
    refused = audit(opened, *record, "--outcome", "in_order", "--by", other, expect=2)
    assert f"{inspector} was drawn for {target}" in refused.err
    lacks = ("--outcome", "not_inspected", "--by", inspector)
    assert "needs the reason" in audit(opened, *record, *lacks, expect=2).err
    missing = ("record", made["id"], "x", "--outcome", "doubtful", "--by", inspector)
    assert "'x' was not drawn" in audit(opened, *missing, expect=2).err
    audit(opened, *record, "--outcome", "doubtful", "--by", inspector)
    words = ("--words", "三件假货", "--by", inspector, "--json")
    assert audit(opened, *record, "--outcome", "infringement", *words).json["words"] == "三件假货"
    shown = audit(opened, "show", made["id"], "--json").json
    assert [one["outcome"] for one in shown["inspections"]] == ["infringement"]
    assert "infringement: 三件假货" in audit(opened, "show", made["id"]).out
    [listed] = audit(opened, "list", "--json").lines
    assert listed["recorded"] == 1
    assert "no draw has the id 'dr-x'" in audit(opened, "show", "dr-x", expect=2).err
    assert broken(verified(opened)) == []


def test_others_draw_again_by_the_commands_of_the_readme(opened: Workspace, tmp_path: Path) -> None:
    seed = audit(opened, "seed", "--json").json["seed"]
    made = draw(opened, "--seed", seed, "--conflict", "Ann", SITES[0], "甲方亲属").json
    [first, *_] = made["turns"]
    words = ("--outcome", "in_order", "--words", "=1+1", "--by", first["inspectors"][0])
    audit(opened, "record", made["id"], first["target"], *words)
    folder = tmp_path / "out"
    audit(opened, "export", made["id"], "--output", folder)
    readme = (folder / "README.txt").read_text(encoding="utf-8")
    commands = re.search(r"^  order\(\) .*(?=^  order inspectors)", readme, re.M | re.S)
    assert commands
    script = "export LC_ALL=C\n" + commands[0] + 'printf "%s" "$seed" | sha256sum'
    done = subprocess.run(["sh", "-c", script], cwd=folder, capture_output=True, check=True)
    holds, digest = done.stdout.decode().splitlines()
    assert holds == "holds"
    assert digest.startswith(hashlib.sha256(seed.encode()).hexdigest())
    entry = json.loads((folder / "entry.json").read_bytes())
    for name in ("targets", "inspectors", "conflicts"):
        content = (folder / f"{name}.txt").read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry[name]["sha256"]
    rows = list(csv.reader(io.StringIO((folder / "draw.csv").read_text(encoding="utf-8-sig"))))
    assert (len(rows), rows[1][:5]) == (
        5,
        ["1", first["target"], *first["inspectors"], "in_order", "'=1+1"],
    )
    refused = audit(opened, "export", made["id"], "--output", folder, expect=2)
    assert "not there yet, or is empty" in refused.err


def test_rejects_are_not_inspected_by_who_judged_them(opened: Workspace) -> None:
    ids = fill(opened, 12)
    tokens = {}
    for name in ("王芳", "李伟", "赵敏"):
        an_account(opened, name)
    judge_hits(opened, ids[:6], "王芳", ["unrelated", "infringing"])
    judge_hits(opened, ids[6:9], "李伟", ["licensed"])
    with opened.store() as db:
        tokens["Ada"] = add_account(db, "Ada", "auditor")[1]["MARKHOUND_TOKEN"]
        tokens["Ben"] = add_account(db, "Ben", "analyst")[1]["MARKHOUND_TOKEN"]
    words = ("draw", "--rejects", "--accounts", "--count", "6", "--json")
    audit(opened, *words, expect=2, token=tokens["Ada"])  # who only reads draws nothing
    made = audit(opened, *words, token=tokens["Ben"]).json
    by = {turn["target"]: turn["inspectors"][0] for turn in made["turns"]}
    assert {*by} == {ids[0], ids[2], ids[4], *ids[6:9]}
    assert not any(by[hit] == "王芳" for hit in ids[:6:2])
    assert not any(by[hit] == "李伟" for hit in ids[6:9])
    assert (made["by"], made["inspectors"]) == ("Ben", 4)
    mine = [hit for hit, name in by.items() if name == "Ben"]
    record = ("record", made["id"], mine[0], "--outcome", "in_order", "--json")
    assert audit(opened, *record, token=tokens["Ben"]).json["inspector"] == "Ben"


def test_sites_are_those_that_sweeps_met_or_a_campaign_names(
    opened: Workspace, tmp_path: Path
) -> None:
    people = ("--inspectors", tmp_path / "people.txt", "--count", "1", "--json")
    assert "no sweep has met a site" in audit(opened, "draw", "--sites", *people, expect=2).err
    fill(opened, 1)
    [turn] = audit(opened, "draw", "--sites", *people).json["turns"]
    assert turn["target"] == "shop.example"
    file = tmp_path / "c.toml"
    file.write_text('name = "n"\nseeds = ["https://www.b.example/x", "https://b.example/"]\n')
    made = audit(opened, "draw", "--campaign", file, *people).json
    assert (made["targets"], made["turns"][0]["target"]) == (1, "b.example")
    assert "nothing was judged" in audit(opened, "draw", "--rejects", *people, expect=2).err
