"""Where a notice stands."""

from __future__ import annotations

import pytest

from crawler.takedown import status_of


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        ("", "draft"),
        ("checked", "checked"),
        ("checked approved checked", "approved"),
        ("approved queued sending sent acknowledged", "acknowledged"),
        ("sent withdrawn acknowledged decided", "withdrawn"),
    ],
)
def test_status_is_the_newest_step_but_a_withdrawal_stays(steps: str, status: str) -> None:
    assert status_of(steps.split()) == status
