"""The page about the kinds is what they say, and the guide adds one when it is followed."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from tests.pipelines.kinds_page import page
from tests.pipelines.pin import PAGE

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "how-to" / "add-a-notice-kind.md"
COPIED = ("pipelines", "tests/pipelines", "tests/servers", "docs/reference")
LINKED = ("crawler", "matchers", "tests/conftest.py", "pyproject.toml")
NO_CACHES = shutil.ignore_patterns("__pycache__")


def test_page_is_that_of_the_kinds() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()  # else: python -m tests.pipelines.pin


def test_guide_followed_word_by_word_adds_a_kind(tmp_path: Path) -> None:
    for name in COPIED:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=NO_CACHES)
    for name in LINKED:
        (tmp_path / name).symlink_to(ROOT / name)
    guide = GUIDE.read_text(encoding="utf-8")
    for name, content in re.findall(r"`([\w/.-]+)`:\n\n```\w+\n(.*?)```", guide, re.DOTALL):
        (tmp_path / name).write_text(content, encoding="utf-8")
    (line,) = re.findall(r"```python\n(from .* import SAMPLE\n)```", guide)
    add_to_kinds(tmp_path / "pipelines" / "takedown" / "kinds" / "__init__.py", line)
    for command in re.findall(r"```sh\n\.venv/bin/python (.*)\n```", guide):
        done = subprocess.run(
            [sys.executable, *shlex.split(command)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
    golden = tmp_path / "tests" / "pipelines" / "golden"
    assert "This notice is true." in (golden / "sample.en.txt").read_text(encoding="utf-8")
    assert "本通知属实。" in (golden / "sample.zh-CN.txt").read_text(encoding="utf-8")
    written = (tmp_path / "docs" / "reference" / "notice-kinds.md").read_text(encoding="utf-8")
    assert "## `sample`" in written
    assert "`sample`" not in page()


def add_to_kinds(path: Path, line: str) -> None:
    """Put the import beside the others, and the name at the end of the tuple."""
    text = path.read_text(encoding="utf-8")
    text = text.replace(
        "from pipelines.takedown.kinds.uk ", f"{line}from pipelines.takedown.kinds.uk "
    )
    text = re.sub(r"(\nKINDS: .*?)\n\)", r"\1\n    SAMPLE,\n)", text, count=1, flags=re.DOTALL)
    path.write_text(text, encoding="utf-8")
