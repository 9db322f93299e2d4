"""What tests with the real browser share."""

from __future__ import annotations

import pytest

from crawler.render import find_chromium

needs_browser = pytest.mark.skipif(
    find_chromium() is None, reason="no Chromium here; `make browser` installs one"
)
