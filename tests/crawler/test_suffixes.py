from __future__ import annotations

import pytest
import tldextract
from hypothesis import given
from hypothesis import strategies as st

from crawler.suffixes import _load_rules, find_registrable

LABELS = st.sampled_from(["shop", "www", "a", "uk", "co", "com", "cn", "ck", "github", "io", "jp"])
RULES = sorted(rule.lstrip("!").removeprefix("*.") for rule in _load_rules())
EXTRACT = tldextract.TLDExtract(
    suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True
)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("www.shop.example", "shop.example"),
        ("a.b.shop.co.uk", "shop.co.uk"),
        ("co.uk", None),
        ("me.github.io", "me.github.io"),
        ("github.io", None),
        ("a.b.kawasaki.jp", "a.b.kawasaki.jp"),
        ("x.city.kawasaki.jp", "city.kawasaki.jp"),
        ("www.ck", "www.ck"),
        ("shop.xn--55qx5d.cn", "shop.xn--55qx5d.cn"),
        ("localhost", None),
        ("customer.oci.customer-oci.com", None),
    ],
)
def test_the_registrable_domain_is_found(host: str, expected: str | None) -> None:
    assert find_registrable(host) == expected


@given(st.lists(LABELS, min_size=1, max_size=3), st.sampled_from(RULES))
def test_it_agrees_with_tldextract(labels: list[str], rule: str) -> None:
    host = ".".join([*labels, rule])
    parts = EXTRACT.extract_str(host)
    assert find_registrable(host) == (f"{parts.domain}.{parts.suffix}" if parts.domain else None)
