"""The texts of a bundle, in English and Chinese: what is in it, how it is checked, the case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from pipelines.takedown.layout import Laid, exact_url, finalize

_environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(enabled_extensions=("html",)),  # plain text: finalize guards it
    undefined=StrictUndefined,
    finalize=finalize,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_environment.globals.update(laid=Laid)

LONGEST_NAME = 2_000
"""Characters of who is named in ``case.json``: what is imported, and shown in lists."""
DECISIONS = {
    "infringing": "侵权",
    "licensed": "已获许可",
    "unrelated": "无关",
    "unsure": "不确定",
}
EVENTS = {
    "checked": "已检查",
    "approved": "已批准",
    "queued": "进入发送队列",
    "cancelled": "已取消",
    "sending": "开始发送",
    "sent": "已发送",
    "failed": "发送失败",
    "uncertain": "发送结果不明",
    "acknowledged": "平台已收到",
    "decided": "平台作出决定",
    "countered": "收到反通知",
    "bounced": "退信",
    "restored": "恢复上架",
    "withdrawn": "已撤回",
    "closed": "通知结束",
}
"""What happened to a notice, in Chinese."""
LACKS = {"picture": "图片", "capture": "页面取证", "file": "文件", "proof": "证明"}
"""What may not be in a bundle, in Chinese."""
UNPROVEN = {False: " (name as given)", True: "（姓名未经验证）"}
"""Behind the name of who judged without an account."""


def cut_name(name: str) -> str:
    """Return a name as ``case.json`` has it; a seller may be called by ten thousand letters."""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def draft_readme(about: Mapping[str, Any], fingerprint: str) -> str:
    """Return ``README.txt``.

    :param about: as ``data/case.json`` has it
    """
    values = {"about": about, "fingerprint": fingerprint}
    return _environment.get_template("readme.txt").render(values)


def draft_verify(about: Mapping[str, Any], fingerprint: str) -> str:
    """Return ``VERIFY.txt``: the commands by which anybody checks the bundle."""
    values = {"captures": about["counts"]["captures"], "fingerprint": fingerprint}
    values["stamped"] = about["stamped"]
    return _environment.get_template("verify.txt").render(values)


def draft_summary(folder: Path, about: Mapping[str, Any]) -> str:
    """Return ``case-summary.txt``, from the records that are in the bundle's folder already."""
    values = {
        "about": about,
        "hits": _hits(folder),
        "notices": [
            {**notice, "events": [event["event"] for event in notice["events"]]}
            for notice in _read(folder, "notices")
        ],
        "lessons": _lessons(folder),
        "decisions": DECISIONS,
        "in_chinese": lambda events: [EVENTS.get(event, event) for event in events],
        "kinds_of_lacks": LACKS,
        "unproven": UNPROVEN,
    }
    return _environment.get_template("case-summary.txt").render(values)


def _read(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    with (folder / "data" / f"{name}.jsonl").open("rb") as lines:
        yield from map(orjson.loads, lines)


def _lessons(folder: Path) -> list[dict[str, Any]]:
    """Return what people taught of the rights, oldest first, with who took it back."""
    rows = [line["row"] for line in _read(folder, "rest") if line["table"] == "lessons"]
    undone = {row["undoes"]: row for row in rows}
    return [
        {**row, "value": orjson.loads(row["value"]), "undone": undone.get(row["id"])}
        for row in rows
        if row["undoes"] is None
    ]


def _hits(folder: Path) -> list[dict[str, Any]]:
    """Return each hit as last found, with the newest judgement; what people read, and no more."""
    seen = {
        sighting["sighting"]: (sighting["record"]["title"], sighting["seen_at"])
        for sighting in _read(folder, "listings")
    }
    names = {right["id"]: right["record"].get("name") or "" for right in _read(folder, "rights")}
    judged = {judgement["hit"]: judgement for judgement in _read(folder, "judgements")}
    captures: dict[str, list[str]] = {}
    for capture in _read(folder, "captures"):
        captures.setdefault(capture["hit"] or capture["url"], []).append(capture["id"])
    return [
        {
            "title": seen[hit["sighting"]][0],
            "seen_at": seen[hit["sighting"]][1],
            "url": exact_url(hit["record"]["listing"]),
            "right": hit["right"],
            "right_name": names[hit["right"]],
            "score": hit["record"]["score"],
            "judgement": judged.get(hit["id"]),
            "captures": [
                *captures.get(hit["id"], []),
                *captures.get(hit["record"]["listing"], []),
            ],
        }
        for hit in _read(folder, "hits")
        if hit["newest"]
    ]
