"""From what was had of a page to the files of its WACZ."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

import orjson

from crawler.exchange import Exchange, Tls
from pipelines.evidence.environment import describe_environment
from pipelines.evidence.instructions import instructions
from pipelines.evidence.material import Material
from pipelines.evidence.packing import (
    ARCHIVE,
    CAPTURE,
    HOW_TO_VERIFY,
    INDEX,
    PAGES,
    Page,
    pages_lines,
)
from pipelines.evidence.registration import describe_registrations, find_registrations
from pipelines.evidence.verdict import Verdict
from pipelines.evidence.warc import Archive, Record, index_lines

LONGEST_PAGE_TEXT = 100_000
"""Characters of the text by which viewers search."""
_SIGNS = (
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"RIFF", "image/webp"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Composed:
    """The files of one capture, and its main page."""

    files: Mapping[str, bytes]
    page: Page
    software: str


def compose(
    material: Material, verdict: Verdict, finished_at: datetime, *, rdap: str = ""
) -> Composed:
    """Return the files of a capture, all but those that cover the others.

    :param rdap: the folder of RDAP's bootstrap files; empty = no registry is asked
    """
    occasion = material.occasion
    urls = [occasion.url, *(exchange.url for exchange in material.exchanges)]
    environment = describe_environment(urls, material.exchanges)
    registrations = find_registrations(occasion.url, material.exchanges, rdap)
    environment["network"]["registration"] = describe_registrations(rdap, registrations)
    software = f"Markhound {environment['tool']['version']}"
    told = _told(material, verdict, environment, finished_at)
    buffer = BytesIO()
    archive = Archive(buffer, occasion.id)
    archive.warcinfo(occasion.begun_at, _warcinfo(material, software), f"{occasion.id}.wacz")
    for exchange in material.exchanges:
        archive.exchange(exchange)
    photograph = _write_view(archive, material)
    _write_certificates(archive, material)
    _write_pictures(archive, material)
    for one in registrations:
        if one.body:
            name = f"urn:registration:{one.about}"
            archive.resource(name, one.asked_at, one.body, "application/rdap+json")
    capture = orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    archive.resource(f"urn:capture:{occasion.url}", finished_at, capture, "application/json")
    page = _page(material, archive)
    lines = index_lines(archive.records, ARCHIVE.rpartition("/")[2])
    files = {
        ARCHIVE: buffer.getvalue(),
        INDEX: "".join(f"{line}\n" for line in lines).encode(),
        PAGES: pages_lines(page),
        CAPTURE: capture,
        HOW_TO_VERIFY: instructions(occasion.id, photograph).encode(),
    }
    return Composed(files=files, page=page, software=software)


def _told(
    material: Material, verdict: Verdict, environment: Mapping[str, Any], finished_at: datetime
) -> dict[str, Any]:
    """Return what is told of a capture in words and numbers, for people and programs."""
    occasion, view, claim = material.occasion, material.view, material.claim
    rendered: dict[str, Any] = {"done": view is not None, "why_not": material.not_rendered}
    if view is not None:
        rendered |= {
            "browser": view.browser,
            "begun_at": view.begun_at.isoformat(),
            "ended_at": view.ended_at.isoformat(),
            "reached": view.reached,
            "status": view.status,
            "photograph": list(view.size),
            "loaded": len(view.loaded),
            "refused_hosts": list(view.refused),
            "notes": list(view.notes),
            "logged_in": False,
        }
    return {
        "id": occasion.id,
        "url": occasion.url,
        "purpose": occasion.purpose,
        "operator": occasion.operator,
        "campaign": occasion.campaign,
        "sweep": occasion.sweep,
        "hits": list(occasion.hits),
        "begun_at": occasion.begun_at.isoformat(),
        "finished_at": finished_at.isoformat(),
        "state": verdict.state.value,
        "reason": verdict.reason,
        "proof": verdict.is_proof,
        "doubts": list(verdict.doubts),
        "differences": list(verdict.differences),
        "claim": claim and {"title": claim.title, "price": claim.price and str(claim.price)},
        "plain": [_exchange_told(exchange) for exchange in material.exchanges],
        "rendered": rendered,
        "pictures_not_there": sorted(
            url for url, path in material.pictures.items() if not path.is_file()
        ),
        "environment": environment,
        "limits": "It shows what this program was sent and when, by its own word: TLS leaves no"
        " proof of that for others. What others vouch for is told by the stamps of the ledger.",
    }


def _exchange_told(exchange: Exchange) -> dict[str, Any]:
    tls = exchange.tls
    return {
        "url": exchange.url,
        "begun_at": exchange.begun_at.isoformat(),
        "ended_at": exchange.ended_at.isoformat(),
        "address": exchange.address,
        "tls": tls and {"protocol": tls.protocol, "cipher": tls.cipher, "chain": len(tls.chain)},
    }


def _warcinfo(material: Material, software: str) -> dict[str, str]:
    occasion, view = material.occasion, material.view
    return {
        "software": software if view is None else f"{software}; {view.browser}",
        "format": "WARC File Format 1.1",
        "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        "operator": occasion.operator,
        "isPartOf": occasion.campaign or occasion.sweep or "",
        "description": f"{occasion.purpose}: {occasion.url}",
        "robots": "obey",
    }


def _write_view(archive: Archive, material: Material) -> Record | None:
    """Write what the browser showed, and return the record of the photograph."""
    view, url = material.view, material.occasion.url
    _write_dom_of_sweep(archive, material)
    if view is None:
        return None
    for loaded in view.loaded:
        archive.loaded(loaded)
    photograph = None
    if view.photograph:
        at = view.ended_at
        photograph = archive.resource(f"urn:fullPage:{url}", at, view.photograph, "image/png")
    dom, text = view.dom.encode("utf-8", "replace"), view.text.encode("utf-8", "replace")
    archive.resource(f"urn:view:{url}", view.ended_at, dom, "text/html; charset=utf-8")
    archive.resource(f"urn:text:{url}", view.ended_at, text, "text/plain; charset=utf-8")
    info = {
        "pageid": "page",
        "url": url,
        "ts": view.begun_at.isoformat(),
        "title": view.title,
        "loadState": 4,
        "urls": {
            loaded.url: {"status": loaded.status, "type": loaded.kind.lower()}
            for loaded in view.loaded
        },
    }
    archive.resource(f"urn:pageinfo:{url}", view.ended_at, orjson.dumps(info), "application/json")
    return photograph


def _write_dom_of_sweep(archive: Archive, material: Material) -> None:
    """Write what a browser made of the page for the sweep, which drew no pictures."""
    page = material.page
    if page is not None and material.made_by_scripts:
        url, at = f"urn:dom:{material.occasion.url}", material.occasion.begun_at
        archive.resource(url, at, page.body, "text/html; charset=utf-8")


def _write_certificates(archive: Archive, material: Material) -> None:
    """Write each certificate once, the server's own first, with how it came."""
    view, url = material.view, material.occasion.url
    seen: set[bytes] = set()
    for exchange in material.exchanges:
        for der in _new(exchange.tls, seen):
            name = f"urn:certificate:{len(seen)}:{exchange.url}"
            archive.resource(name, exchange.begun_at, der, "application/pkix-cert")
    if view is not None:
        for der in view.chain:
            if der not in seen:
                seen.add(der)
                name = f"urn:certificate:{len(seen)}:{url}"
                archive.resource(name, view.ended_at, der, "application/pkix-cert")


def _new(tls: Tls | None, seen: set[bytes]) -> Iterator[bytes]:
    for der in () if tls is None else tls.chain:
        if der not in seen:
            seen.add(der)
            yield der


def _write_pictures(archive: Archive, material: Material) -> None:
    """Write the listing's pictures as they were kept when the sweep fetched them."""
    for url, path in material.pictures.items():
        if path.is_file():
            data = path.read_bytes()
            at = material.occasion.begun_at
            archive.resource(f"urn:picture:{url}", at, data, _type_of(data, url))


def _type_of(data: bytes, url: str) -> str:
    for sign, kind in _SIGNS:
        if data.startswith(sign):
            return kind
    return mimetypes.guess_type(url.partition("?")[0])[0] or "application/octet-stream"


def _page(material: Material, archive: Archive) -> Page:
    """Return the page that a viewer opens: as the browser had it, else as it came plainly."""
    answers = [r for r in archive.records if r.kind == "response" and (r.status or 0) < 300]
    bare, view = material.occasion.url.partition("#")[0], material.view
    if view is not None:
        answers = [r for r in answers if r.at >= view.begun_at] or answers
    found = next((r for r in answers if r.url == bare), answers[0] if answers else None)
    title = view.title if view is not None else ""
    text = view.text[:LONGEST_PAGE_TEXT] if view is not None else ""
    if found is None:
        found_url, at = material.occasion.url, material.occasion.begun_at
    else:
        found_url, at = found.url, found.at
    title = title or (material.claim.title if material.claim else "")
    return Page(url=found_url, title=title, text=text, at=at)
