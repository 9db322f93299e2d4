from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.guard import has_giant_tag, is_public
from tests.servers.crawl import fetch
from tests.servers.tiny_shop import Answer, TinyShop

SPELLINGS = ("127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]")


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


PRIVATE = (
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
    *("0.0.0.0", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1"),
    *("2130706433", "0x7f.1", "127.1", "0177.0.0.1"),
    *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "2001:db8::1"),
    *("::ffff:127.0.0.1", "[::ffff:7f00:1]", "64:ff9b::7f00:1", "2002:7f00:1::", "2001::1"),
)


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("name", ["shop.example", "", "[", "1.2.3.4.5", "中国"])
def test_a_name_is_no_address(name: str) -> None:
    with pytest.raises(ValueError, match="expected an IP address"):
        is_public(name)


@given(st.ip_addresses(v=4))
def test_every_spelling_of_an_address_is_judged_alike(address: ipaddress.IPv4Address) -> None:
    answer = is_public(str(address))
    assert is_public(str(int(address))) is answer
    assert is_public(f"::ffff:{address}") is answer
    assert is_public(hex(int(address))) is answer


def test_private_addresses_are_refused_in_every_spelling() -> None:
    with TinyShop({"/": Answer("hello")}) as shop:
        port = urlsplit(shop.url).port
        got = fetch([f"http://{host}:{port}/" for host in SPELLINGS])
        assert {outcome.get("error") for outcome in got.values()} == {"GuardError"}
        assert len(got) == len(SPELLINGS)
        assert not shop.requests
    assert "127.0.0.1 is not a public address" in got[f"http://127.0.0.1:{port}/"]["reason"]
    reason = got[f"http://2130706433:{port}/"]["reason"]
    assert reason.startswith("127.0.0.1 (the address of 2130706433) is not a public address")


def test_private_addresses_are_fetched_when_allowed() -> None:
    with TinyShop({"/": Answer("hello")}) as shop:
        port = urlsplit(shop.url).port
        urls = [f"http://{host}:{port}/" for host in ("127.0.0.1", "localhost", "2130706433")]
        got = fetch(urls, MARKHOUND_ALLOW_PRIVATE=True)
    assert got == {url: {"status": 200} for url in urls}


def test_a_redirect_to_a_private_address_is_refused() -> None:
    with TinyShop({"/secret": Answer("secret")}) as shop:
        port = urlsplit(shop.url).port
        to = {"Location": f"http://127.0.0.2:{port}/secret"}
        shop.routes["/"] = Answer(status=302, headers=to)
        url = f"http://127.0.0.1:{port}/"
        got = fetch([url], PRETEND_PUBLIC="127.0.0.1")
        assert got[url]["error"] == "GuardError"
        assert got[url]["reason"].startswith("127.0.0.2 is not a public address")
        assert list(shop.requests) == ["/"]


@pytest.mark.parametrize(
    "attributes",
    [
        " ".join(f"a{n}" for n in range(30_000)),
        " ".join(f'a{n}="<b>"' for n in range(30_000)),
        "/".join(f"a{n}='>'" for n in range(30_000)),
        "".join(f'a{n}="x"' for n in range(30_000)),
    ],
)
def test_a_giant_tag_is_found_however_it_is_written(attributes: str) -> None:
    assert has_giant_tag(f"<html><body><p {attributes}>a</p>")


def test_large_pages_without_one_are_let_through() -> None:
    cards = "".join(
        f'<li data-id="{n}" class="card c{n}" title="Bag {n}">a</li>' for n in range(9000)
    )
    script = "".join(f"if (a<b{n % 900}) x{n % 900}='y';" for n in range(9000))
    assert not has_giant_tag(f"<html><body>{cards}<script>{script}</script>")
