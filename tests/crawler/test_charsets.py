from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.http import HtmlResponse

from crawler.charsets import find_charset

TEXT = "<title>奥雷利奥 包袋 限时优惠</title><p>手工皮革钱包，意大利制造，全国包邮</p>"
LATIN = "<title>Sac à main en cuir véritable, fabriqué à Côme près de l'été</title>"


@pytest.mark.parametrize(
    ("body", "header", "charset"),
    [
        (TEXT.encode(), b"text/html; charset=idna", "utf-8"),
        (TEXT.encode(), b"text/html; charset=zlib", "utf-8"),
        (TEXT.encode(), b"text/html; charset=punycode", "utf-8"),
        (TEXT.encode(), b"text/html; charset=utf-7", "utf-8"),
        (TEXT.encode(), b"text/html; charset=rot13", "utf-8"),
        (TEXT.encode(), b"text/html; charset=hz-gb-2312", "utf-8"),
        (TEXT.encode(), b"text/html; charset=x-user-defined", "utf-8"),
        (TEXT.encode(), b"text/html; charset=u8", "utf-8"),
        (TEXT.encode(), b"text/html; charset=eucgb2312_cn", "utf-8"),  # Python would read GB 2312
        (TEXT.encode(), b"", "utf-8"),
        (TEXT.encode()[:-40], b"", "utf-8"),
        (TEXT.encode("gb18030"), b"text/html; charset=GB2312", "gbk"),
        (TEXT.encode("gb18030"), b'text/html;charset="gbk"', "gbk"),
        (b"<meta charset=gbk>" + TEXT.encode("gb18030"), b"text/html", "gbk"),
        (TEXT.encode("gb18030"), b"text/html; charset=utf-8", "gb18030"),
        (b"<meta charset=gbk>" + TEXT.encode("gb18030"), b"text/html; charset=utf-8", "gbk"),
        (b"<meta charset=utf-8>" + TEXT.encode("gb18030"), b"text/html", "gb18030"),
        (TEXT.encode() + b"\xd6\xd0" * 9, b"text/html; charset=utf-8", "utf-8"),
        (LATIN.encode("cp1252"), b"text/html; charset=utf-8", "utf-8"),
        (b"<!-- <meta charset=gbk> -->" + TEXT.encode(), b"text/html", "utf-8"),
        (b"<meta charset=idna>" + TEXT.encode(), b"text/html", "utf-8"),
        (b"<meta charset=utf-16>" + TEXT.encode(), b"text/html", "utf-8"),
        (b'<?xml version="1.0" encoding="windows-1251"?>', b"", "cp1251"),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), b"text/html; charset=gbk", "utf-16-le"),
        (codecs.BOM_UTF8 + TEXT.encode(), b"text/html; charset=gbk", "utf-8"),
        (TEXT.encode("utf-16-le"), b"text/html; charset=utf-16", "utf-16-le"),
        (TEXT.encode("utf-16-le"), b"text/html", "utf-16-le"),
        (TEXT.encode("utf-16-be"), b"text/html", "utf-16-be"),
        (LATIN.encode("cp1252"), b"text/html; charset=latin1", "cp1252"),
        (b"", b"", "utf-8"),
        (b"\0" * 100, b"", "utf-8"),
    ],
)
def test_charset_as_browsers_decide(body: bytes, header: bytes, charset: str) -> None:
    assert find_charset(body, header) == charset


@pytest.mark.parametrize("codec", ["gb18030", "big5", "shift_jis", "euc_kr"])
def test_a_page_without_a_label_is_guessed(codec: str) -> None:
    text = {
        "gb18030": "手工皮革钱包，意大利制造，全国包邮，七天无理由退货",
        "big5": "手工皮革錢包，義大利製造，全國免運，七天無理由退貨",
        "shift_jis": "手作りの革財布、イタリア製、全国送料無料です。返品もできます",
        "euc_kr": "수제 가죽 지갑, 이탈리아 제조, 전국 무료 배송입니다. 반품 가능",
    }[codec]
    body = f"<p>{text * 4}</p>".encode(codec)
    assert text in body.decode(find_charset(body), "replace")


@given(st.binary(max_size=400), st.binary(max_size=60))
def test_every_page_can_be_read(body: bytes, label: bytes) -> None:
    charset = find_charset(body, b"text/html; charset=" + label)
    assert isinstance(HtmlResponse("https://a.example/", body=body, encoding=charset).text, str)
