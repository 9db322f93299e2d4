"""What a sweep sees and finds, over real HTTP, by the command as people run it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import settings
from tests.pictured import write_words
from tests.servers.command import run
from tests.servers.sweeping import outcomes, picture, sweep, take_in
from tests.servers.tiny_shop import Answer, TinyShop, links_page, listing_page

ROBOTS = Answer("User-agent: *\nDisallow: /private/\n", headers={"Content-Type": "text/plain"})


def test_every_target_ends_in_one_honest_state(workspace: Path) -> None:
    def moved(to: str) -> Answer:
        return Answer(status=302, headers={"Location": to})

    routes = {
        "/robots.txt": ROBOTS,
        "/": moved("/shop"),
        "/shop": links_page(
            "/shop", "/p/1", "/p/2", "/p/gone", "/p/closed", "/p/broken", "/private/x", "/moved",
            "/away", "/p/1?utm_source=a", "/p/1#x", "/twin",
        ),
        "/p/1": listing_page("Aurelio bag", picture="/img/1.png"),
        "/p/2": listing_page("Plain bag", picture="/img/1.png"),
        "/p/gone": Answer(status=410),
        "/p/closed": Answer(status=403),
        "/p/broken": Answer(status=500),
        "/moved": moved("/p/3"),
        "/p/3": listing_page("Moved bag", picture="/img/none.png"),
        "/away": moved("http://127.0.0.2:9/"),
        "/twin": moved("/p/1"),
        "/img/1.png": Answer(picture(), headers={"Content-Type": "image/png"}),
    }  # fmt: skip
    with TinyShop(routes) as shop:
        report = sweep(workspace, shop.url)
        requests = shop.requests
    ended = outcomes(workspace, report["sweep"])
    assert {path: state for path, (state, _) in ended.items()} == {
        "": "seen", "p/1": "seen", "p/2": "seen", "p/gone": "gone", "p/closed": "blocked",
        "p/broken": "failed", "private/x": "skipped", "moved": "seen", "away": "skipped",
        "twin": "skipped",
    }  # fmt: skip
    assert ended["private/x"][1] == "robots.txt forbids"
    assert ended["p/closed"][1] == "HTTP 403"
    assert "another site: http://127.0.0.2:9/" in str(ended["away"][1])
    assert report["targets"] == {"seen": 4, "gone": 1, "blocked": 1, "failed": 1, "skipped": 3}
    assert (report["listings"], report["pictures"], report["state"]) == (3, 1, "finished")
    repeated = {path: n for path, n in requests.items() if n > 1 and path != "/p/broken"}
    assert repeated == {}
    assert "/private/x" not in requests
    assert any("gone: HTTP 404" in warning["message"] for warning in report["warnings"])


def test_hits_are_found_by_name_and_by_picture(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(picture(5))
    take_in(
        workspace,
        {"id": "TM-1", "kind": "trademark", "name": "Aurelio", "variants": ["奥雷利奥"]},
        {"id": "W-1", "kind": "work", "name": "Silent Harbour", "images": ["logo.png"]},
        {"id": "TM-OLD", "kind": "trademark", "name": "Plain", "expires": "2020-01-01"},
    )
    routes = {
        "/": links_page("/p/1", "/p/2", "/p/3"),
        "/p/1": listing_page("Аurеliо tote bag", picture="/img/1.png"),
        "/p/2": listing_page("帆布包 奥雷利奥 新款", picture="/img/1.png"),
        "/p/3": listing_page("Plain bag", picture="/img/2.png"),
        "/img/1.png": Answer(picture(2), headers={"Content-Type": "image/png"}),
        "/img/2.png": Answer(picture(5), headers={"Content-Type": "image/png"}),
    }
    with TinyShop(routes) as shop:
        report = sweep(workspace, shop.url)
    assert (report["hits"], report["flagged"]) == (3, 3)
    found = {hit["listing"][-1]: hit for hit in run("hits", "--json", workspace=workspace).lines}
    assert {number: hit["right"] for number, hit in found.items()} == {
        "1": "TM-1", "2": "TM-1", "3": "W-1",
    }  # fmt: skip
    name = next(f for f in found["1"]["findings"] if f["feature"] == "name")
    assert (name["span"], name["text"], name["form"]) == ([0, 7], "Аurеliо", "Aurelio")
    assert "homoglyph" in name["edits"]
    assert found["3"]["findings"][0]["reference"] == "logo.png"
    assert any("TM-OLD is not matched" in w["message"] for w in report["warnings"])


def test_nothing_is_fetched_from_private_addresses_unless_allowed(workspace: Path) -> None:
    with TinyShop({"/": listing_page("Bag")}) as shop:
        report = run("sweep", shop.url, "--delay", "0", "--json", workspace=workspace).json
        assert not shop.requests
    assert report["targets"] == {"skipped": 1}
    assert any("--allow-private" in warning["message"] for warning in report["warnings"])


@pytest.mark.parametrize(
    ("robots", "state", "reason"),
    [
        (Answer("User-agent: *\nDisallow: /"), "skipped", "robots.txt forbids"),
        (Answer("oops", status=503), "blocked", "robots.txt answered 503"),
    ],
)
def test_closed_site_is_not_fetched(
    workspace: Path, robots: Answer, state: str, reason: str
) -> None:
    with TinyShop({"/": listing_page("Bag"), "/robots.txt": robots}) as shop:
        report = sweep(workspace, shop.url)
        assert set(shop.requests) == {"/robots.txt"}
    assert outcomes(workspace, report["sweep"]) == {"": (state, reason)}
    assert any("no listing found" in w["message"] for w in report["warnings"])


def test_dead_site_is_reported_beside_a_live_one(workspace: Path) -> None:
    with TinyShop({"/": listing_page("Bag")}) as dead, TinyShop({"/": listing_page("Bag")}) as live:
        dead_url = dead.url
        dead._server.server_close()
        report = sweep(workspace, dead_url, live.url)
    states = {site["site"]: site["targets"] for site in report["sites"]}
    assert states == {dead.site: {"failed": 1}, live.site: {"seen": 1}}
    assert report["listings"] == 1


def canonical_page(title: str, canonical: str) -> Answer:
    page = listing_page(title)
    link = f'<link rel="canonical" href="{canonical}">'
    return Answer(str(page.body).replace("<head>", f"<head>{link}"))


def test_canonical_link_cannot_hide_a_listing(workspace: Path) -> None:
    take_in(workspace, {"id": "TM-1", "kind": "trademark", "name": "Aurelio"})
    routes = {
        "/": links_page("/p/1", "/p/2", "/p/3", "/p/3/again"),
        "/p/1": canonical_page("Plain bag", "/p/1"),
        "/p/2": canonical_page("Aurelio bag", "/p/1"),
        "/p/3": canonical_page("Canvas bag", "/p/3"),
        "/p/3/again": canonical_page("Canvas bag", "/p/3"),
    }
    with TinyShop(routes) as shop:
        report = sweep(workspace, shop.url)
    assert (report["listings"], report["targets"]) == (3, {"seen": 5})
    [hit] = run("hits", "--json", workspace=workspace).lines
    assert hit["listing"] == f"{shop.url}/p/2"
    reasons = [reason for _, reason in outcomes(workspace, report["sweep"]).values() if reason]
    assert len(reasons) == 1
    assert reasons[0].startswith("another address of")


def test_hit_ends_when_its_seller_is_licensed(workspace: Path) -> None:
    mark = {"id": "TM-1", "kind": "trademark", "name": "Aurelio"}
    take_in(workspace, mark)
    with TinyShop({"/": links_page("/p/1"), "/p/1": listing_page("Aurelio bag")}) as shop:
        assert sweep(workspace, shop.url)["flagged"] == 1
        take_in(workspace, mark | {"licensees": [{"site": shop.site}]})
        assert sweep(workspace, shop.url)["flagged"] == 0
    assert run("hits", "--all", "--json", workspace=workspace).out == ""
    assert run("sites", "--json", workspace=workspace).json["flagged"] == 0


def test_campaign_file_decides(workspace: Path, tmp_path: Path) -> None:
    take_in(
        workspace,
        {"id": "TM-1", "kind": "trademark", "name": "Aurelio", "tags": ["night"]},
        {"id": "TM-2", "kind": "trademark", "name": "Nordwind"},
    )
    pages = [f"/p/{number}" for number in range(12)]
    routes = {"/": links_page(*pages), **{p: listing_page(f"Aurelio Nordwind {p}") for p in pages}}
    with TinyShop(routes, seconds_a_page=0.05) as shop:
        file = tmp_path / "night.toml"
        file.write_text(
            f'name = "night"\nseeds = ["{shop.url}"]\nrights = ["tag:night"]\n'
            "allow_private = true\n[limits]\npages_per_site = 9\n"
            "[politeness]\ndelay = 0.0\nconcurrency = 3\n"
        )
        report = run("sweep", file, "--json", workspace=workspace, expect=3).json
        assert 1 < shop.most_at_once <= 3
    assert report["campaign"] == "night"
    assert report["targets"] == {"seen": 9, "not_reached": 4}
    hits = run("hits", "--json", workspace=workspace).lines
    assert {hit["right"] for hit in hits} == {"TM-1"}


def test_page_that_no_file_can_hold_costs_nothing_else(workspace: Path) -> None:
    routes = {
        "/": links_page("/p/1", "/p/2"),
        "/p/1": listing_page("Half \\ud800 a pair"),
        "/p/2": listing_page("Whole bag"),
    }
    with TinyShop(routes) as shop:
        report = sweep(workspace, shop.url)
    assert (report["state"], report["listings"]) == ("finished", 2)
    titles = [item["title"] for item in run("listings", "--json", workspace=workspace).lines]
    assert titles == ["Half ? a pair", "Whole bag"]


def test_redirect_to_another_form_of_the_same_url_is_followed(workspace: Path) -> None:
    def moved(to: str) -> Answer:
        return Answer(status=302, headers={"Location": to})

    routes = {
        "/": links_page("/p/1", "/p/2?a=2&b=1"),
        "/p/1": moved("/p/1;jsessionid=ABC"),
        "/p/1;jsessionid=ABC": listing_page("Session bag"),
        "/p/2?a=2&b=1": moved("/p/2?b=1&a=2"),
        "/p/2?b=1&a=2": listing_page("Ordered bag"),
        "/p/3": moved("/p/3"),
    }
    with TinyShop(routes) as shop:
        report = sweep(workspace, shop.url, f"{shop.url}/p/3")
    assert report["listings"] == 2
    state, reason = outcomes(workspace, report["sweep"])["p/3"]
    assert (state, reason) == ("failed", f"redirected in a circle: {shop.url}/p/3")


def test_terminal_is_not_steered(workspace: Path) -> None:
    routes = {"/": links_page("/p/1"), "/p/1": listing_page("Bag \\u001b[2J\\u202e [red]x")}
    with TinyShop(routes) as shop:
        sweep(workspace, shop.url)
    shown = run("listings", workspace=workspace).out
    assert "\u001b" not in shown
    assert "\u202e" not in shown
    assert "<001B>" in shown


def test_scrapys_own_commands_work(tmp_path: Path) -> None:
    scrapy = [sys.executable, "-m", "scrapy"]
    root = Path(settings.__file__).parent
    listed = subprocess.run([*scrapy, "list"], cwd=root, capture_output=True, text=True, check=True)
    assert "structured" in listed.stdout.split()
    file = tmp_path / "out.jsonl"
    with TinyShop({"/": links_page("/p/1"), "/p/1": listing_page("奥雷利奥 bag")}) as shop:
        options = ("-s", "MARKHOUND_ALLOW_PRIVATE=1", "-s", "DOWNLOAD_DELAY=0.01", "-O", str(file))
        subprocess.run(
            [*scrapy, "crawl", "structured", "-a", f"url={shop.url}", *options],
            cwd=root, capture_output=True, check=True, timeout=120,
        )  # fmt: skip
    [listing] = [json.loads(line) for line in file.read_text().splitlines()]
    assert (listing["title"], listing["price"]) == ("奥雷利奥 bag", "19.90")


def test_words_in_pictures_are_read(workspace: Path, tmp_path: Path) -> None:
    take_in(workspace, {"id": "TM-1", "kind": "trademark", "name": "Aurelio", "goods": ["bags"]})
    named = write_words(tmp_path / "named.png", "AURELIO").read_bytes()
    other = write_words(tmp_path / "other.png", "SUMMER SALE").read_bytes()
    image = {"Content-Type": "image/png"}
    routes = {
        "/": links_page("/p/1", "/p/2", "/p/3"),
        "/p/1": listing_page("Leather bag", picture="/img/1.png"),
        "/p/2": listing_page("Leather bag, brown", picture="/img/1.png"),
        "/p/3": listing_page("Table lamp", picture="/img/2.png"),
        "/img/1.png": Answer(named, headers=image),
        "/img/2.png": Answer(other, headers=image),
    }
    campaign = tmp_path / "words.toml"
    with TinyShop(routes) as shop:
        campaign.write_text(
            f'name = "words"\nseeds = ["{shop.url}"]\n[matching]\nwords = "on"\nwords_budget = 8\n'
        )
        report = sweep(workspace, str(campaign))
    assert (report["hits"], report["flagged"]) == (2, 2)
    (found,) = (
        f
        for f in run("hits", "--json", workspace=workspace).lines[0]["findings"]
        if f["feature"] == "name"
    )
    assert (found["field"], found["image"]) == ("picture", f"{shop.url}/img/1.png")
    assert found["line"] == "AURELIO"
    assert not any("not read for words" in w["message"] for w in report["warnings"])
