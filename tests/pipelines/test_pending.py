"""What a sweep left to be captured."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from scrapy.http import HtmlResponse, Response

from crawler.running import running
from pipelines.evidence.material import Claim
from pipelines.evidence.pending import find_pending, keep_pending, load_pending
from tests.servers import captured


def test_everything_comes_back_as_it_was(tmp_path: Path) -> None:
    workspace = captured.workspace_in(tmp_path)
    made = captured.material(
        claim=Claim(title="奥雷利奥", price=Decimal("1299.00")),
        pictures={"https://shop.example/a.png": tmp_path / "a"}, listing="abc",
        page=HtmlResponse(captured.URL, body="奥雷利奥".encode("gbk"), encoding="gbk"),
    )  # fmt: skip
    back = load_pending(keep_pending(workspace, replace(made, not_rendered=None)))
    assert isinstance(back.page, HtmlResponse)
    assert (back.page.text, back.page.encoding) == ("奥雷利奥", "gbk")
    assert replace(back, page=None) == replace(made, page=None, not_rendered=None)
    bare = captured.material(page=Response(captured.URL, body=b"\xff"), exchanges=())
    again = load_pending(keep_pending(workspace, bare))
    assert again.page is not None
    assert again.page.body == b"\xff"


def test_what_another_running_sweep_will_capture_is_left_to_it(tmp_path: Path) -> None:
    workspace = captured.workspace_in(tmp_path)
    made = captured.material()
    path = keep_pending(workspace, replace(made, occasion=replace(made.occasion, sweep="w-1")))
    with running("w-1", workspace.logs):
        assert find_pending(workspace, "w-2") == []
        assert find_pending(workspace, "w-1") == [path], "an earlier run of the same sweep left it"
    assert find_pending(workspace, "w-2") == [path]


def test_pictures_are_found_where_the_workspace_was_moved_to(tmp_path: Path) -> None:
    workspace = captured.workspace_in(tmp_path / "here")
    picture = workspace.folder / "pictures" / "ab" / "abc"
    path = keep_pending(workspace, captured.material(pictures={"https://shop.example/a": picture}))
    moved = workspace.folder.rename(tmp_path / "there")
    back = load_pending(moved / path.relative_to(workspace.folder))
    assert back.pictures == {"https://shop.example/a": moved / "pictures" / "ab" / "abc"}
