"""``markhound match`` of pages that are no listings."""

from __future__ import annotations

import json
from pathlib import Path

from tests.matchers.test_judge_texts import STORY
from tests.servers.command import run


def test_pages_and_texts_in_files_are_matched(tmp_path: Path) -> None:
    (tmp_path / "story.txt").write_text(STORY)
    rights = [
        {"id": "W-1", "kind": "work", "name": "The Salt Lanterns", "texts": ["story.txt"]},
        {"id": "W-2", "kind": "work", "name": "Quiet", "texts": ["Too short to tell."]},
    ]
    pages = [
        {"url": "https://a.example/1", "title": "Mine", "target": "page", "text": STORY},
        {"url": "https://a.example/2", "title": "Files", "target": "page",
         "files": [{"url": "magnet:?dn=x", "kind": "torrent", "name": "The Salt Lanterns"}]},
        {"url": "https://a.example/3", "title": "Lamp", "description": STORY},
    ]  # fmt: skip
    for name, lines in (("rights.jsonl", rights), ("pages.jsonl", pages)):
        (tmp_path / name).write_text("".join(json.dumps(line) + "\n" for line in lines))
    for _ in range(2):  # the second time with what the first kept
        done = run(
            "match", tmp_path / "pages.jsonl", "--registry", tmp_path / "rights.jsonl",
            "--index", tmp_path / "index",
        )  # fmt: skip
        found = [(hit["listing"][-1], hit["target"], hit["right"]) for hit in done.lines]
        assert found == [("1", "page", "W-1"), ("2", "page", "W-1"), ("3", "listing", "W-1")]
        assert all(hit["flagged"] for hit in done.lines)
        assert "W-2: no copy of its text is flagged alone" in done.err
    assert any((tmp_path / "index" / "texts").iterdir())
