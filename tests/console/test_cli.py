"""The command line, as people and other programs call it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from tests.matchers.pictures.test_index import draw_scene
from tests.pictured import write_words
from tests.servers.command import run

MARK = {"id": "TM-1", "kind": "trademark", "name": "Aurelio", "variants": ["奥雷利奥"]}


def write_lines(file: Path, *records: dict[str, Any] | str) -> Path:
    lines = (r if isinstance(r, str) else json.dumps(r, ensure_ascii=False) for r in records)
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return file


def write_picture(file: Path, *, mirrored: bool = False) -> None:
    image = Image.new("RGB", (400, 300), "white")
    draw = ImageDraw.Draw(image)
    for step in range(12):
        x, y = step * 31 % 300, step * 57 % 220
        draw.rectangle((x, y, x + 50, y + 30), fill=(step * 20, 200 - step * 15, step * 9))
    if mirrored:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    image.save(file)


def test_match_follows_the_file_contract(tmp_path: Path) -> None:
    (tmp_path / "logos").mkdir()
    write_picture(tmp_path / "logos" / "aurelio.png")
    write_picture(tmp_path / "photo.png", mirrored=True)
    rights = write_lines(tmp_path / "rights.jsonl", MARK | {"images": ["logos/aurelio.png"]})
    listings = write_lines(
        tmp_path / "listings.jsonl",
        {"url": "https://s.example/1", "title": "全新 Аurelio 手提包"},
        {"url": "https://s.example/2", "title": "canvas bag", "images": ["photo.png"]},
        {"url": "https://s.example/3", "title": "canvas bag", "images": ["https://i.example/1"]},
    )
    done = run("match", listings, "--registry", rights)
    first, second = done.lines
    assert set(first) == {"id", "target", "listing", "right", "score", "flagged", "findings"}
    assert (first["listing"], first["right"], first["flagged"]) == (
        "https://s.example/1",
        "TM-1",
        True,
    )
    assert first["findings"][0]["span"] == [3, 10]
    picture = second["findings"][0]
    assert (picture["feature"], picture["image"]) == ("picture", "photo.png")
    assert (picture["reference"], picture["transform"]) == ("logos/aurelio.png", "mirror")
    assert 0 <= second["score"] <= 1
    assert "a picture is a URL, and nothing is fetched here" in done.err
    assert "3 listings, 2 hits" in done.err


def test_match_without_images_and_into_a_file(tmp_path: Path) -> None:
    write_picture(tmp_path / "p.png")
    rights = write_lines(
        tmp_path / "r.jsonl", {"id": "W-1", "kind": "work", "images": ["p.png"]}, MARK
    )
    listings = write_lines(
        tmp_path / "l.jsonl", {"url": "https://s.example/1", "title": "x", "images": ["p.png"]}
    )
    hits = tmp_path / "hits.jsonl"
    run("match", listings, "--registry", rights, "--output", hits)
    assert [json.loads(line)["right"] for line in hits.read_text().splitlines()] == ["W-1"]
    assert run("match", listings, "--registry", rights, "--no-images").out == ""


def test_match_uses_its_index_again(tmp_path: Path) -> None:
    write_picture(tmp_path / "p.png")
    rights = write_lines(tmp_path / "r.jsonl", {"id": "W-1", "kind": "work", "images": ["p.png"]})
    listings = write_lines(
        tmp_path / "l.jsonl", {"url": "https://s.example/1", "title": "x", "images": ["p.png"]}
    )
    index = tmp_path / "index"
    first = run("match", listings, "--registry", rights, "--index", index).out
    file = index / "fingerprints.bin"
    kept = file.stat().st_mtime_ns
    assert run("match", listings, "--registry", rights, "--index", index).out == first
    assert file.stat().st_mtime_ns == kept
    file.write_text("no fingerprints\n")
    done = run("match", listings, "--registry", rights, "--index", index, expect=2)
    assert "is no index of Markhound" in done.err


def test_output_spares_devices_links_and_its_own_input(tmp_path: Path) -> None:
    rights = write_lines(tmp_path / "r.jsonl", MARK)
    listings = write_lines(
        tmp_path / "l.jsonl", {"url": "https://s.example/1", "title": "Aurelio bag"}
    )
    target = tmp_path / "target.jsonl"
    target.write_text("old")
    link = tmp_path / "link.jsonl"
    link.symlink_to(target)
    run("match", listings, "--registry", rights, "--output", link)
    assert link.is_symlink()
    assert json.loads(target.read_text())["right"] == "TM-1"
    run("match", listings, "--registry", rights, "--output", "/dev/null")
    assert Path("/dev/null").is_char_device()
    done = run("match", listings, "--registry", rights, "--output", listings, expect=2)
    assert "one of the files to be read" in done.err
    assert "Aurelio bag" in listings.read_text()


def test_match_refuses_what_it_cannot_read_twice(tmp_path: Path) -> None:
    rights = write_lines(tmp_path / "r.jsonl", MARK)
    done = run("match", "/dev/stdin", "--registry", rights, expect=2)
    assert "expected a regular file" in done.err


def test_odd_pictures_and_listings_of_a_file_are_told(tmp_path: Path) -> None:
    rights = write_lines(tmp_path / "r.jsonl", MARK)
    url = "https://s.example/1"
    images = ["/dev/zero", "a\u0000b", "nothing.png", "x" * 5000]
    listings = write_lines(tmp_path / "l.jsonl", {"url": url, "title": "bag", "images": images})
    done = run("match", listings, "--registry", rights, seconds=60)
    assert "not a regular file" in done.err
    assert "no such file" in done.err
    wrong = ({"url": "javascript:alert(1)", "title": "x"}, {"url": url, "title": " "})
    listings = write_lines(tmp_path / "l.jsonl", *wrong)
    done = run("match", listings, "--registry", rights, expect=2)
    assert "l.jsonl:1: error: expected an http(s) URL" in done.err
    assert "l.jsonl:2: error: the title is empty" in done.err


@pytest.mark.parametrize("broken", ["listings", "rights"])
def test_broken_line_gives_its_number_and_status_2(tmp_path: Path, broken: str) -> None:
    listing = {"url": "https://s.example/1", "title": "Aurelio"}
    wrong: dict[str, tuple[dict[str, Any] | str, ...]] = {
        "listings": (listing, "{oops", {"url": "u"}),
        "rights": (MARK, "{oops", {"id": "2"}),
    }
    right_lines = wrong["rights"] if broken == "rights" else (MARK,)
    listing_lines = wrong["listings"] if broken == "listings" else (listing,)
    rights = write_lines(tmp_path / "rights.jsonl", *right_lines)
    listings = write_lines(tmp_path / "listings.jsonl", *listing_lines)
    output = tmp_path / "hits.jsonl"
    done = run("match", listings, "--registry", rights, "--output", output, expect=2)
    assert f"{broken}.jsonl:2: error: not a JSON object" in done.err
    assert f"{broken}.jsonl:3: error:" in done.err
    assert done.out == ""
    assert not output.exists()


@pytest.mark.parametrize(
    ("rights", "listings"),
    [((), 3), ((MARK,), 0), ((MARK,), 1)],
)
def test_match_with_little_or_nothing(
    tmp_path: Path, rights: tuple[dict[str, Any], ...], listings: int
) -> None:
    registry = write_lines(tmp_path / "r.jsonl", *rights)
    rows = [{"url": f"https://s.example/{n}", "title": "Aurelio bag"} for n in range(listings)]
    done = run("match", write_lines(tmp_path / "l.jsonl", *rows), "--registry", registry)
    assert len(done.lines) == (listings if rights else 0)


def test_registry_is_imported_listed_shown_and_checked(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    run("init", workspace=workspace)
    file = write_lines(tmp_path / "r.jsonl", MARK, {**MARK, "id": "TM-2", "expires": "2020-01-01"})
    done = run("registry", "import", file, workspace=workspace)
    assert "2 added" in done.err
    assert "TM-2 expired on 2020-01-01" in done.err
    assert [r["id"] for r in run("registry", "list", "--json", workspace=workspace).lines] == [
        "TM-1", "TM-2",
    ]  # fmt: skip
    assert "奥雷利奥" in run("registry", "list", workspace=workspace).out
    assert "version 1" in run("registry", "show", "TM-1", workspace=workspace).out
    assert run("registry", "show", "TM-1", "--json", workspace=workspace).json == MARK
    assert "TM-2" in run("registry", "check", workspace=workspace, expect=1).err
    assert run("registry", "check", file, workspace=tmp_path / "none", expect=1).status == 1
    done = run("registry", "show", "TM-9", workspace=workspace, expect=2)
    assert "no right has the id 'TM-9'" in done.err


def test_wrong_file_is_refused_whole(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    run("init", workspace=workspace)
    file = write_lines(tmp_path / "r.jsonl", MARK, {"id": "TM-2", "kind": "trademark"})
    done = run("registry", "import", file, workspace=workspace, expect=2)
    assert "r.jsonl:2: error: expected a name, an image or a text" in done.err
    assert run("registry", "list", "--json", workspace=workspace).out == ""


@pytest.mark.parametrize(
    "command",
    [
        ("registry", "list"), ("hits",), ("listings",), ("sites",), ("sweeps",),
        ("notice", "status"), ("sweep", "https://shop.example/"),
        ("judge", "h-1", "--as", "unsure", "--by", "Li", "--reason", "x"),
    ],
)  # fmt: skip
def test_without_workspace_the_way_to_one_is_told(tmp_path: Path, command: tuple[str, ...]) -> None:
    done = run(*command, workspace=tmp_path / "none", expect=2)
    assert "no workspace at" in done.err
    assert "init" in done.err
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("command", ["hits", "listings", "sites", "sweeps"])
def test_empty_workspace_lists_nothing(tmp_path: Path, command: str) -> None:
    workspace = tmp_path / "w"
    run("init", workspace=workspace)
    assert run(command, "--json", workspace=workspace).out == ""
    assert run(command, workspace=workspace).out.startswith("No ")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("sweep",), "got nothing"),
        (("sweep", "a.toml", "https://shop.example/"), "one campaign file or URLs"),
        (("sweep", "nothing.toml"), "cannot read nothing.toml"),
        (("sweep", "shop.example"), "a URL starts with https://"),
        (("sweep", "https://shop.example/", "--delay", "nan"), "politeness.delay"),
        (("sweep", "https://shop.example/", "--max-minutes", "inf"), "limits.minutes"),
        (("hits", "--site", "nowhere.example"), "no sweep has met the site"),
        (("hits", "--sweep", "w-9"), "no sweep has the id"),
        (("sweep", "ftp://shop.example/"), "seeds.0: expected an http or https URL"),
        (("judge", "h-1", "--as", "guilty", "--by", "x", "--reason", "y"), "'guilty' is not one"),
        (("judge", "h-1", "--as", "unsure", "--by", " ", "--reason", "y"), "--by is empty"),
        (("judge", "h-1", "--as", "unsure", "--by", "x", "--reason", "y"), "no hit has the id"),
        (("notice", "draft", "h-1", "--kind", "dmca"), "no hit has the id"),
        (("hits", "--right", "TM-9"), "no right has the id"),
        (("sweeps", "w-9"), "no sweep has the id"),
        (("fly",), "No such command"),
    ],
)
def test_wrong_use_is_status_2_and_says_why(
    tmp_path: Path, arguments: tuple[str, ...], expected: str
) -> None:
    workspace = tmp_path / "w"
    run("init", workspace=workspace)
    done = run(*arguments, workspace=workspace, expect=2)
    assert expected in done.err
    assert "Traceback" not in done.err


def test_campaign_check_says_what_it_would_do(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    run("init", workspace=workspace)
    run("registry", "import", write_lines(tmp_path / "r.jsonl", MARK), workspace=workspace)
    file = tmp_path / "night.toml"
    file.write_text(
        'name = "night"\nseeds = ["https://www.shop.example/a", "http://u.example/%7Eli/b"]\n'
        'rights = ["TM-*","X"]\n'
        "[limits]\nmegabytes_per_site = 50\nminutes_per_site = 90\n"
        '[politeness]\nquiet_hours = ["00:00-23:59 UTC"]\n'
    )
    done = run("campaign", "check", file, workspace=workspace)
    assert "site shop.example" in done.out
    assert "50 MB a site" in done.out
    assert "90 minutes a site" in done.out
    assert "Quiet hours: 00:00-23:59 UTC (" in done.out
    assert "1 of the registry's 1" in done.out
    assert "'X' selects nothing" in done.err
    assert "pages outside http://u.example/%7Eli are swept too" in done.err
    assert "www.shop.example" not in done.err
    file.write_text('name = "night"\nseeds = [1]')
    assert "seeds.0" in run("campaign", "check", file, workspace=workspace, expect=2).err


def test_chinese_prints_under_any_locale(tmp_path: Path) -> None:
    rights = write_lines(tmp_path / "r.jsonl", MARK)
    listings = write_lines(
        tmp_path / "l.jsonl", {"url": "https://s.example/1", "title": "奥雷利奥 手提包"}
    )
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": ""}
    done = run("match", listings, "--registry", rights, env=plain)
    assert done.json["findings"][0]["text"] == "奥雷利奥"


def test_matching_files_loads_neither_crawler_nor_store() -> None:
    code = (
        "import sys, console.cli, console.commands.match;"
        "print({'scrapy', 'twisted', 'playwright', 'sqlite_utils'} & {*sys.modules})"
    )
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, capture_output=True, check=True).stdout == b"set()\n"


def test_hashes_only_misses_what_only_points_find(tmp_path: Path) -> None:
    scene = draw_scene(5)
    scene.save(tmp_path / "work.png")
    scene.crop((150, 100, 550, 420)).save(tmp_path / "crop.png")
    rights = write_lines(
        tmp_path / "r.jsonl", {"id": "W-1", "kind": "work", "images": ["work.png"]}
    )
    listings = write_lines(
        tmp_path / "l.jsonl", {"url": "https://s.example/1", "title": "x", "images": ["crop.png"]}
    )
    folder = tmp_path / "index"
    for mode, methods in (("all", ["features"]), ("hashes", []), ("all", ["features"])):
        for extra in ((), ("--index", str(folder))):
            done = run("match", listings, "--registry", rights, "--pictures", mode, *extra)
            hits = [json.loads(line) for line in done.out.splitlines()]
            assert [f["method"] for hit in hits for f in hit["findings"]] == methods


def test_hits_are_the_same_with_an_index_as_without(tmp_path: Path) -> None:
    """One picture of many rights, others that come and go."""
    for seed in (5, 6):
        draw_scene(seed).save(tmp_path / f"work{seed}.png")
        draw_scene(seed).crop((150, 100, 550, 420)).save(tmp_path / f"crop{seed}.png")
    listings = write_lines(
        tmp_path / "l.jsonl",
        *(
            {"url": f"https://s.example/{seed}", "title": "x", "images": [f"crop{seed}.png"]}
            for seed in (5, 6)
        ),
    )
    many = [{"id": f"W-{number}", "kind": "work", "images": ["work5.png"]} for number in range(9)]
    other = {"id": "W-9", "kind": "work", "images": ["work6.png"]}
    for rights in ([*many, other], many, many[:1], [other], [*many, other]):
        file = write_lines(tmp_path / "r.jsonl", *rights)
        plain = run("match", listings, "--registry", file).out
        assert run("match", listings, "--registry", file, "--index", tmp_path / "i").out == plain
        assert plain.count("\n") == len(rights)


def test_words_in_pictures_are_found_where_the_budget_allows(tmp_path: Path) -> None:
    write_words(tmp_path / "a.png", "Aurelio", "since 1921")
    write_words(tmp_path / "b.png", "summer sale")
    rights = write_lines(tmp_path / "r.jsonl", MARK | {"goods": ["bags"]})
    listings = write_lines(
        tmp_path / "l.jsonl",
        {"url": "https://s.example/1", "title": "table lamp", "images": ["b.png"]},
        {"url": "https://s.example/2", "title": "leather bag", "images": ["a.png"]},
        {"url": "https://s.example/3", "title": "leather bag", "images": ["a.png"]},
    )
    done = run("match", listings, "--registry", rights, "--words", "on", "--words-budget", "1")
    assert [hit["listing"][-1] for hit in done.lines] == ["2", "3"]
    for hit in done.lines:
        found = hit["findings"][0]
        assert (found["feature"], found["field"], found["image"]) == ("name", "picture", "a.png")
        assert (found["line"], found["span"], found["text"]) == ("Aurelio", [0, 7], "Aurelio")
        x, y, width, height = found["region"]
        assert x < 110
        assert width == pytest.approx(200, abs=40)
        assert y + height < 400
    assert "1 pictures of listings that are not flagged were not read for words" in done.err
    assert run("match", listings, "--registry", rights, "--words", "off").out == ""


def test_words_are_read_in_a_process_of_their_own() -> None:
    code = (
        "import sys, console.cli, console.commands.match, console.doctor;"
        "print({'rapidocr', 'onnxruntime', 'cv2'} & {*sys.modules})"
    )
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, capture_output=True, check=True).stdout == b"set()\n"


def test_words_that_cannot_be_read_are_refused_only_where_asked_for(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['rapidocr'] = None\n")
    without = {"PYTHONPATH": str(tmp_path)}
    rights = write_lines(tmp_path / "r.jsonl", MARK)
    listings = write_lines(tmp_path / "l.jsonl", {"url": "https://s.example/1", "title": "bag"})
    asked = ("match", listings, "--registry", rights)
    done = run(*asked, "--words", "on", env=without, expect=2)
    assert "pip install 'markhound[ocr]'" in done.err
    assert run(*asked, env=without).out == ""
