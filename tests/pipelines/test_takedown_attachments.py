from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import xarf

from crawler.errors import InputError
from pipelines.takedown.attachments import COLUMNS, attachments_of, listings_csv
from pipelines.takedown.kinds import DSA, find_kind
from pipelines.takedown.tables import harmless, write_table
from pipelines.takedown.xarf import MAX_EVIDENCE, PICTURES_BUDGET, xarf_reports
from pipelines.typesetting import find_paper_font
from tests.pipelines.noticed import SENDER, draft, hits_for, pictured
from tests.servers.stored_hits import a_listing

HOST_ABUSE = find_kind("host-abuse")


def rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_attachments_are_the_same_bytes_every_time(tmp_path: Path) -> None:
    hits = pictured(hits_for(HOST_ABUSE), tmp_path)
    notice = draft(HOST_ABUSE, hits)
    font = find_paper_font()
    attached = attachments_of(notice, hits, SENDER, font)
    names = [one.name for one in attached]
    assert names == ["n-0001.pdf", "listings.csv", *(f"xarf-{n}.json" for n in range(1, 5))]
    again = attachments_of(notice, hits, SENDER, font)
    assert [one.sha256 for one in again] == [one.sha256 for one in attached]
    assert attached[0].sha256 == hashlib.sha256(attached[0].data).hexdigest()


def test_without_a_font_there_is_no_pdf() -> None:
    hits = hits_for(DSA)
    names = [one.name for one in attachments_of(draft(DSA, hits), hits, SENDER, None)]
    assert names == ["listings.csv"]


def test_table_has_a_row_for_each_listing_and_right() -> None:
    hits = hits_for(DSA)
    table = rows(listings_csv(draft(DSA, hits), hits))
    assert table[0] == list(COLUMNS)
    assert [row[1] for row in table[1:]] == ["1", "2", "1", "1"]
    assert table[2][2] == hits[1].listing.url
    assert table[2][3] == hits[1].listing.title


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@x", " =1", "＝1", "\u3000=1", "=cmd|'/C calc'!A0"]
)
def test_no_cell_is_a_formula(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert rows(write_table(["a"], [[cell]]))[1] == [f"'{cell}"]


def test_plain_cells_stay_as_they_are() -> None:
    cells = ["https://shop.example/?a=1", "奥雷利奥", 'a "b", c', "", "a-b"]
    assert rows(write_table(["a"] * 5, [cells]))[1] == cells


def reports(changes: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    hits = hits_for(HOST_ABUSE)
    if changes:
        hits = [replace(hit, listing=a_listing(**changes)) for hit in hits[:1]]
    return [json.loads(one) for one in xarf_reports(draft(HOST_ABUSE, hits), hits, SENDER)]


def test_each_hit_is_a_valid_report() -> None:
    found = reports()
    assert [one["type"] for one in found] == [
        "brand_infringement",
        "brand_infringement",
        "copyright",
        "brand_infringement",
    ]
    for one in found:
        checked = xarf.parse(json.dumps(one))
        assert (checked.errors, checked.warnings) == ([], [])
    assert len({one["report_id"] for one in found}) == len(found)
    assert found[0]["trademark_details"]["registration_number"] == "12345678"
    assert found[0]["infringing_elements"] == ["brand_name"]
    assert found[2]["infringing_url"] == "https://shop.example/p/1"
    assert found[0]["sender"]["domain"] == "harbour.example"
    assert found[0]["reporter"]["org"] == "Aurelio S.p.A."


def test_evidence_has_its_digest(tmp_path: Path) -> None:
    hits = pictured(hits_for(HOST_ABUSE), tmp_path)
    work = json.loads(xarf_reports(draft(HOST_ABUSE, hits), hits, SENDER)[2])
    assert [one["content_type"] for one in work["evidence"]] == ["application/json", "image/jpeg"]
    for one in work["evidence"]:
        data = base64.b64decode(one["payload"])
        assert one["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
        assert one["size"] == len(data)
    (tmp_path / "listing.jpg").write_bytes(b"x" * (MAX_EVIDENCE + 1))
    large = json.loads(xarf_reports(draft(HOST_ABUSE, hits), hits, SENDER)[2])
    (only,) = large["evidence"]
    named = json.loads(base64.b64decode(only["payload"]))["pictures"]
    assert list(named) == ["https://shop.example/i/1.jpg"]


def test_reports_still_go_by_mail(tmp_path: Path) -> None:
    work = hits_for(HOST_ABUSE)[2]
    urls = [f"https://shop.example/p/{n}" for n in range(9)]
    hits = [replace(work, listing=a_listing(url=url)) for url in urls]
    hits = pictured(hits, tmp_path)
    (tmp_path / "listing.jpg").write_bytes(b"\x89PNG" + b"x" * (PICTURES_BUDGET // 4))
    found = xarf_reports(draft(HOST_ABUSE, hits), hits, SENDER)
    assert [len(json.loads(one)["evidence"]) for one in found] == [2] * 3 + [1] * 6


def test_addresses_are_ascii_in_reports() -> None:
    (one,) = reports({"url": "https://店.example/商品?a=b c", "title": "x" * 20_000})
    assert one["url"] == "https://xn--hxt.example/%E5%95%86%E5%93%81?a=b%20c"
    assert one["source_identifier"] == "xn--hxt.example"
    assert "domain" not in one


def test_report_that_is_not_valid_is_refused_with_the_reason() -> None:
    hits = hits_for(HOST_ABUSE)
    with pytest.raises(InputError, match=r"no valid XARF report.*contact"):
        xarf_reports(draft(HOST_ABUSE, hits), hits, replace(SENDER, email="no address"))
