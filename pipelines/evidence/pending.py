"""What a sweep flagged and is still to be captured, on disk: a kill or a dead browser loses none.

One file a page, written whole, which ends when the capture is recorded. Sweeps and captures that
come later take on what an earlier one left.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
from scrapy.http import HtmlResponse, JsonResponse, Response, TextResponse, XmlResponse

from crawler.exchange import dump_exchange, parse_exchange
from crawler.files import whole_file
from crawler.model import TargetState
from crawler.running import is_running
from crawler.workspace import Workspace
from pipelines.evidence.material import Claim, Material, Occasion

_KINDS: tuple[type[Response], ...] = (
    HtmlResponse,
    XmlResponse,
    JsonResponse,
    TextResponse,
    Response,
)


def folder_of(workspace: Workspace) -> Path:
    """Return where pending captures lie."""
    return workspace.folder / "evidence" / "pending"


def find_pending(workspace: Workspace, sweep: str) -> list[Path]:
    """Return the captures that were left by runs which have ended.

    :param sweep: the one that asks, and runs now; what an earlier run of it left counts
    """
    found = []
    for path in sorted(folder_of(workspace).glob("cap-*.json")):
        left_by = _sweep_of(path)
        if left_by == sweep or not is_running(left_by, workspace.logs):
            found.append(path)
    return found


def _sweep_of(path: Path) -> str:
    try:
        return str(orjson.loads(path.read_bytes())["occasion"]["sweep"])
    except (OSError, ValueError, KeyError):
        return ""  # somebody else was quicker, or changed it, which is told when it is loaded


def keep_pending(workspace: Workspace, material: Material) -> Path:
    """Write what was had of a page, without a view; return where."""
    folder = folder_of(workspace)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{material.occasion.id}.json"
    with whole_file(path) as file:
        file.write(orjson.dumps(_dump(material, workspace.folder)))
    return path


def load_pending(path: Path) -> Material:
    """Return what :func:`keep_pending` wrote.

    :raises FileNotFoundError: it is there no more
    :raises Exception: whatever is wrong in it, when another program changed it
    """
    return _parse(orjson.loads(path.read_bytes()), path.parents[2])


def _dump(material: Material, workspace: Path) -> dict[str, Any]:
    """Return what is written; pictures by their way from the workspace, which may be moved."""
    occasion, claim = material.occasion, material.claim
    return {
        "occasion": {
            "url": occasion.url,
            "purpose": occasion.purpose,
            "operator": occasion.operator,
            "begun_at": occasion.begun_at.isoformat(),
            "hits": list(occasion.hits),
            "sweep": occasion.sweep,
            "campaign": occasion.campaign,
            "id": occasion.id,
        },
        "state": material.state.value,
        "reason": material.reason,
        "exchanges": [dump_exchange(exchange) for exchange in material.exchanges],
        "page": material.page and _dump_page(material.page),
        "made_by_scripts": material.made_by_scripts,
        "claim": claim and [claim.title, None if claim.price is None else str(claim.price)],
        "pictures": {url: _place_of(path, workspace) for url, path in material.pictures.items()},
        "listing": material.listing,
    }


def _place_of(path: Path, workspace: Path) -> str:
    return (path.relative_to(workspace) if path.is_relative_to(workspace) else path).as_posix()


def _parse(told: Mapping[str, Any], workspace: Path) -> Material:
    occasion, claim = told["occasion"], told["claim"]
    return Material(
        occasion=Occasion(
            **{
                **occasion,
                "begun_at": datetime.fromisoformat(occasion["begun_at"]),
                "hits": tuple(occasion["hits"]),
            }
        ),
        state=TargetState(told["state"]),
        reason=told["reason"],
        exchanges=tuple(parse_exchange(one) for one in told["exchanges"]),
        page=told["page"] and _parse_page(told["page"]),
        made_by_scripts=told["made_by_scripts"],
        claim=claim
        and Claim(title=claim[0], price=None if claim[1] is None else Decimal(claim[1])),
        pictures={url: workspace / path for url, path in told["pictures"].items()},
        listing=told["listing"],
    )


def _dump_page(page: Response) -> dict[str, Any]:
    return {
        "url": page.url,
        "kind": type(page).__name__,
        "status": page.status,
        "content_type": (page.headers.get("Content-Type") or b"").decode("latin-1"),
        "encoding": page.encoding if isinstance(page, TextResponse) else None,
        "body": base64.b64encode(page.body).decode(),
    }


def _parse_page(told: Mapping[str, Any]) -> Response:
    kind = next(kind for kind in _KINDS if kind.__name__ == told["kind"])
    typed = told["content_type"].encode("latin-1")
    more = {"encoding": told["encoding"]} if told["encoding"] else {}
    return kind(
        told["url"],
        status=told["status"],
        headers={"Content-Type": typed} if typed else {},
        body=base64.b64decode(told["body"]),
        **more,
    )
