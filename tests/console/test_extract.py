"""``markhound extract``, on files and on a server."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from click.testing import CliRunner, Result

from console.cli import cli
from tests.servers.command import run
from tests.servers.tiny_shop import Answer, TinyShop, listing_page

PAGES = Path(__file__).resolve().parent.parent / "pages"
URL = "https://shop.northgate.example/p/1"


def show(*arguments: str | Path, expect: int = 0, stdin: bytes | None = None) -> Result:
    done = CliRunner().invoke(cli, ["extract", *map(str, arguments)], input=stdin)
    assert done.exit_code == expect, (done.stdout, done.stderr)
    return done


def test_a_saved_page_as_json_with_its_layers(tmp_path: Path) -> None:
    packed = tmp_path / "page.html.gz"
    packed.write_bytes(gzip.compress((PAGES / "json_ld.html").read_bytes()))
    found = json.loads(show(packed, "--url", URL, "--json").stdout)
    assert (found["price"], found["currency"]) == ("89.5", "GBP")
    assert found["layers"]["price"] == "json-ld"
    assert found["url"] == "https://shop.northgate.example/p/velmora-trail-shoe"
    assert found["images"][0] == "https://shop.northgate.example/img/velmora-1.jpg"


def test_people_see_a_table_and_the_warnings(tmp_path: Path) -> None:
    done = show(PAGES / "json_ld_broken.html", "--url", URL)
    price = next(line for line in done.stdout.splitlines() if "1299.00" in line)
    assert [part.strip() for part in price.split("│")[1:4]] == ["price", "1299.00", "json-ld"]
    assert "warning: JSON-LD block 1 cannot be read" in done.stderr
    hostile = tmp_path / "hostile.html"
    hostile.write_text('<h1>Odd [b]\x9b31m lamp</h1><b class="price">5 €</b><button>Buy</button>')
    assert "Odd [b]<009B>31m lamp" in show(hostile, "--url", URL).stdout


def test_a_page_that_is_no_listing_is_told_as_what_it_is() -> None:
    for name, kind in (
        ("json_ld_list", "a list of goods"),
        ("challenge", "a challenge (cloudflare)"),
        ("shell", "a shell that its scripts fill"),
        ("blog", "a page that is about no one thing for sale"),
    ):
        done = show(PAGES / f"{name}.html", "--url", URL, "--json")
        assert done.stdout == ""
        assert f"no listing: {kind}" in done.stderr


def test_stdin_and_a_page_that_says_nothing_of_its_place() -> None:
    page = '<meta charset="gbk"><h1>陶瓷花瓶</h1><b class="price">￥5</b><button>立即购买</button>'
    done = show("-", "--json", stdin=page.encode("gbk"))
    assert json.loads(done.stdout)["title"] == "陶瓷花瓶"
    assert "does not say where it was had from" in done.stderr


def test_what_cannot_be_had_is_status_2(tmp_path: Path) -> None:
    broken = tmp_path / "page.html.gz"
    broken.write_bytes(gzip.compress(b"<h1>x</h1>")[:-9])
    assert "packed by gzip" in show(broken, expect=2).stderr
    assert "No such file" in show(tmp_path / "none.html", expect=2).stderr
    assert "--url" in show(PAGES / "page.xhtml", "--url", "shop", expect=2).stderr
    deep = tmp_path / "deep.html"
    deep.write_text("<div>" * 3000)
    assert "nested over" in show(deep, "--url", URL, expect=2).stderr


def test_a_url_is_fetched_as_a_sweep_would() -> None:
    routes = {
        "/robots.txt": Answer("User-agent: Markhound\nDisallow: /secret\n"),
        "/p": listing_page("Ossling Jar"),
        "/moved": Answer(status=302, headers={"Location": "/p"}),
        "/away": Answer(status=302, headers={"Location": "/secret"}),
        "/picture": Answer(b"\x89PNG", headers={"Content-Type": "image/png"}),
        "/gone": Answer("<h1>Gone</h1>", status=404),
    }
    with TinyShop(routes) as shop:
        done = run("extract", f"{shop.url}/moved", "--allow-private", "--json")
        assert (done.json["title"], done.json["url"]) == ("Ossling Jar", f"{shop.url}/p")
        refused = run("extract", f"{shop.url}/p", expect=2)
        assert "not a public address" in refused.err
        for path in ("/secret", "/away"):
            assert (
                "robots.txt forbids"
                in run("extract", f"{shop.url}{path}", "--allow-private", expect=2).err
            )
        assert "image/png" in run("extract", f"{shop.url}/picture", "--allow-private", expect=2).err
        assert "answered 404" in run("extract", f"{shop.url}/gone", "--allow-private").err
        assert "/secret" not in shop.requests
