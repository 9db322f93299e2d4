"""Lists that grow: "load more" is clicked and endless lists are scrolled until nothing comes.

What grows is the number of addresses on the page's own host that it links to. Whatever was linked
to on the way stays in the page that is handed over, also where a list replaces what it showed.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crawler.extract.growth import LOAD_WORDS, LONGEST_WORDS

NEXT_WORDS = (
    r"^\W*(?:next(?: page)?|下一页|下一頁|下页|后一页|次へ|次のページ|다음|weiter"
    r"|nächste(?: seite)?|suivante?|siguiente|successiv[oa]|volgende"
    r"|próxim[ao]|вперед|далее|następna|[›»>→])\W*$"
)
"""What a button of a pager says; only inside something that calls itself so."""

MOST_FRUITLESS = 2
"""Tries in a row that bring nothing new, after which a list counts as whole."""
_SCRIPT = (Path(__file__).parent / "growing.js").read_text(encoding="utf-8")

Evaluate = Callable[[str], Awaitable[Any]]
"""Runs an expression beside the page and returns its value as JSON gives it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Growth:
    """How a list grew."""

    steps: int
    """Clicks and scrolls."""
    whole: bool
    """False when it was still growing as its time or its number of steps was used up."""


def install_script(url: str) -> str:
    """Return the script that the other calls need, for a page loaded from ``url``."""
    chosen = {
        "LOAD_WORDS": LOAD_WORDS,
        "NEXT_WORDS": NEXT_WORDS,
        "LOADED_FROM": url,
        "LONGEST_WORDS": LONGEST_WORDS,
    }
    script = _SCRIPT
    for name, value in chosen.items():
        script = script.replace(name, json.dumps(value))
    return script


async def grow(
    evaluate: Evaluate,
    settle: Callable[[], Awaitable[None]],
    *,
    is_over: Callable[[], bool],
    most_steps: int,
    delay: float,
) -> Growth:
    """Click and scroll until nothing new comes.

    :param settle: waits until what a step set going has come
    :param is_over: tells when to stop, whether or not the list is whole
    :param delay: seconds from one step to the next at the least, as each asks the site
    """
    known = await evaluate("markhound.collect()")
    fruitless = steps = 0
    while fruitless < MOST_FRUITLESS:
        if steps >= most_steps or is_over():
            return Growth(steps=steps, whole=False)
        ready_at = time.monotonic() + delay
        if await evaluate("markhound.step()") is None:
            break
        steps += 1
        await settle()
        count = await evaluate("markhound.collect()")
        if count > known:
            known, fruitless = count, 0
        else:
            fruitless += 1
            await evaluate("markhound.fruitless()")
        await asyncio.sleep(max(0.0, ready_at - time.monotonic()))
    return Growth(steps=steps, whole=True)
