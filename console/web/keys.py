"""Keys: which one presses which button, as it comes and as an account has it.

A page marks what can be pressed with ``data-action="NAME"``; ``static/keys.js`` does the rest, from
the map that ``layout.html`` puts into the page.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Protocol

from crawler.accounts import Account
from crawler.errors import InputError
from crawler.store.preferences import Preferences


class Visitor(Protocol):
    """What of a visit decides on its keys."""

    @property
    def account(self) -> Account | None:
        """Who asks."""

    @property
    def preferences(self) -> Preferences:
        """What the account prefers."""

    def say(self, key: str, **values: object) -> str:
        """Return the words of a key."""


ACTIONS: Mapping[str, str] = {
    "infringing": "y",
    "licensed": "l",
    "unrelated": "n",
    "unsure": "u",
    "undo": "z",
    "next": "j",
    "previous": "k",
    "skip": "s",
    "overlay": "o",
    "swipe": "w",
    "blink": "b",
    "help": "?",
    **{f"reason-{number}": str(number) for number in range(1, 10)},
}
"""Action -> its key, as it comes."""


def key_map(visit: Visitor) -> dict[str, str]:
    """Return action -> key ("" = none) as the visitor has it; nothing where keys are off."""
    preferences = visit.preferences
    if visit.account is None or preferences.key_mode == "off":
        return {}
    return {action: preferences.keys.get(action, key) for action, key in ACTIONS.items()}


def action_words(visit: Visitor, action: str) -> str:
    """Return what an action is called."""
    kind, _, number = action.partition("-")
    if kind == "reason":
        return visit.say("keys.reason", number=number)
    return visit.say("keys.help_this" if action == "help" else f"keys.{action}")


def parse_keys(visit: Visitor, given: Mapping[str, str]) -> dict[str, str]:
    """Return the keys that are not as they come.

    :param given: action -> what was typed for it; empty = no key. Actions not named stay.
    :raises InputError: when one is no single visible character, or stands for two actions
    """
    chosen = {n: _parse_key(visit, given.get(n, key)) for n, key in ACTIONS.items()}
    taken: dict[str, str] = {}
    for action, key in chosen.items():
        if key and key in taken:
            both = [action_words(visit, name) for name in (taken[key], action)]
            raise InputError(visit.say("keys.twice", char=key, one=both[0], other=both[1]))
        taken[key] = action
    return {action: key for action, key in chosen.items() if key != ACTIONS[action]}


def _parse_key(visit: Visitor, text: str) -> str:
    key = unicodedata.normalize("NFKC", text.strip()).lower()
    if key and (len(key) > 1 or not key.isprintable() or unicodedata.combining(key)):
        raise InputError(visit.say("keys.one_character", text=text[:40]))
    return key
