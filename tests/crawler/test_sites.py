from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.sites import canonical_url, is_address, site_of


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://www.shop.example/x", "shop.example"),
        ("https://a.b.shop.co.uk/", "shop.co.uk"),
        ("https://me.github.io/", "me.github.io"),
        ("https://www.shop.com.cn", "shop.com.cn"),
        ("https://WWW.Shop.Example.:8443/", "shop.example"),
        ("http://店铺.中国/商品", "xn--hxtq42j.xn--fiqs8s"),
        ("http://xn--hxtq42j.xn--fiqs8s/", "xn--hxtq42j.xn--fiqs8s"),
        ("http://127.0.0.1:8120/", "127.0.0.1:8120"),
        ("http://127.0.0.1/", "127.0.0.1:80"),
        ("https://localhost/", "localhost:443"),
        ("http://shop.localhost:81/", "shop.localhost:81"),
        ("http://[::1]:8080/", "[::1]:8080"),
        ("http://2130706433/", "2130706433:80"),
        ("http://intranet/", "intranet:80"),
        ("ftp://shop.example/", ""),
        ("http://[bad", ""),
        ("", ""),
    ],
)
def test_sites(url: str, site: str) -> None:
    assert site_of(url) == site


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTP://Shop.Example:80/a/../b?b=2&a=1&utm_source=x#f", "http://shop.example/b?a=1&b=2"),
        ("https://shop.example", "https://shop.example/"),
        ("https://shop.example:443/?", "https://shop.example/"),
        ("https://shop.example/x;jsessionid=1?PHPSESSID=2&sid=3", "https://shop.example/x"),
        ("https://shop.example/?spm=a.b&id=7&gclid=z", "https://shop.example/?id=7"),
        ("https://shop.example/%7ea%2fb%e4%b8%ad", "https://shop.example/~a%2Fb%E4%B8%AD"),
        ("https://shop.example/中?q=文", "https://shop.example/%E4%B8%AD?q=%E6%96%87"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://user:secret@shop.example/", "https://shop.example/"),
        ("http://[0:0::1]:81/", "http://[::1]:81/"),
        (" https://shop.example/a ", "https://shop.example/a"),
    ],
)
def test_the_form_under_which_a_url_is_fetched(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


NO_FORM = (
    *(
        "",
        "shop.example",
        "//shop.example/",
        "mailto:a@b.example",
        "javascript:x",
    ),
    *(
        "file:///etc",
        "http://",
        "http://[bad/",
        "http://a:99999/",
        "http://a b/",
    ),
    *("http://ex\nample/",),
)


@pytest.mark.parametrize("url", NO_FORM)
def test_what_cannot_be_fetched_has_no_form(url: str) -> None:
    assert canonical_url(url) is None


URLS = st.one_of(
    st.text(max_size=60),
    st.builds(
        "{}://{}{}/{}?{}#{}".format,
        st.sampled_from(["http", "https", "HTTP", "ftp"]),
        st.sampled_from(["shop.example", "SHOP.co.uk", "127.1", "[::1]", "bücher.example", "a..b"]),
        st.sampled_from(["", ":80", ":443", ":8080", ":"]),
        st.text(max_size=30),
        st.text(max_size=30),
        st.text(max_size=10),
    ),
)


@given(URLS)
def test_the_canonical_form_is_its_own_and_stays_on_its_site(url: str) -> None:
    once = canonical_url(url)
    if once is not None:
        assert canonical_url(once) == once
        assert site_of(once) == site_of(url) != ""


@pytest.mark.parametrize("host", ["127.0.0.1", "0x7f.1", "2130706433", "127.1", "::1", "[::1]"])
def test_addresses_in_every_spelling(host: str) -> None:
    assert is_address(host)
    assert not is_address(f"{host}.shop.example")
