"""The guide from a hit to a notice, followed to the letter in one shell."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.servers.command import invoke
from tests.servers.judged import PASSPHRASE, fill_workspace

GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "from-hit-to-notice.md"


def script(text: str) -> str:
    """Return the guide's commands, each of which must end as its block says."""
    lines = []
    for marks, block in re.findall(r"^```console(.*?)\n(.*?)^```", text, flags=re.M | re.S):
        for command in re.findall(r"^\$ (.*?)$", block.replace("\\\n", " "), flags=re.M):
            wanted = 1 if "exit=1" in marks else 0
            lines.append(f'{command}; s=$?; [ $s -eq {wanted} ] || {{ echo "$s" >&2; exit 9; }}')
    return "\n".join(lines)


@pytest.mark.long
def test_the_guide_can_be_followed(tmp_path: Path) -> None:
    workspace, [hit] = fill_workspace(tmp_path / "watch")
    for name in ("wei", "ann", "ada"):
        (tmp_path / f"{name}.txt").write_text(PASSPHRASE, encoding="utf-8")
    year = datetime.now(UTC).year
    text = script(GUIDE.read_text(encoding="utf-8")).replace("N-2026-", f"N-{year}-")
    text = text.replace("notice check", "notice check --no-fetch")  # there is no such shop
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-uo", "pipefail", "-c", text],
        cwd=tmp_path,
        env={"PATH": path, "hit": hit, "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    [notice] = invoke("notice", "status", "--json", workspace=workspace.folder).lines
    assert (notice["status"], notice["drafted_by"]) == ("withdrawn", "李伟")
    assert (tmp_path / "notice.txt").read_text(encoding="utf-8") == notice["text"]
