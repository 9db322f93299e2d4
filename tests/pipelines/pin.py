"""Write the golden texts of all kinds and the page about them; read the difference before commit.

``python -m tests.pipelines.pin``, in the project's folder.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.takedown.kinds import KINDS
from tests.pipelines.kinds_page import page
from tests.pipelines.noticed import draft, hits_for

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "pipelines" / "golden"
PAGE = ROOT / "docs" / "reference" / "notice-kinds.md"


def main() -> None:
    """Write them all."""
    for kind in KINDS:
        for language in kind.languages:
            text = draft(kind, hits_for(kind), language=language).text
            (GOLDEN / kind.template(language)).write_text(text, encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
