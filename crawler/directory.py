"""The directory of recipients: who receives notices about which site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from crawler.delivery import address_problem, is_secret_way
from crawler.errors import FileFormatError, Problem
from crawler.takedown import Recipient
from crawler.toml_files import load_toml


@dataclass(frozen=True, kw_only=True, slots=True)
class RecipientDirectory:
    """``recipients.toml``: who receives notices, by site."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    recipients: tuple[Recipient, ...] = ()


STARTING_RECIPIENTS = """\
# Who receives notices about which site. One table a recipient:
#
# [[recipients]]
# site = "shop.example"                # registrable domain, or address:port
# name = "Shop Example, notice desk"
# email = "notices@shop.example"
# language = "en"
# channel = "email"                    # or "webhook", "portal", "post"
# verified_at = 2026-11-22             # when a person made sure that it is the right one
"""


def load_recipients(path: Path) -> RecipientDirectory:
    """Read a file of recipients.

    :raises FileFormatError: when it is wrong, or a channel lacks the address that it needs
    """
    directory = load_toml(RecipientDirectory, path, "the recipients' file")
    problems = [
        Problem(path=path, line=None, where=f"recipients.{number}.{key}", message=message)
        for number, recipient in enumerate(directory.recipients)
        for key, message in recipient_problems(recipient)
    ]
    if problems:
        raise FileFormatError(problems)
    return directory


def recipient_problems(recipient: Recipient) -> Iterator[tuple[str, str]]:
    """Yield (key, what is wrong) of a recipient that nothing can be sent to as it says."""
    if recipient.email is not None and (message := address_problem(recipient.email)):
        yield "email", message
    needs = {"email": "email", "webhook": "webhook", "portal": "portal", "post": "address"}
    if recipient.channel is not None:
        needed = needs[recipient.channel]
        if not getattr(recipient, needed):
            yield "channel", f"{recipient.channel!r} needs the key {needed!r}, which is missing"
    for key in ("portal", "webhook"):
        url: str | None = getattr(recipient, key)
        if url is None:
            continue
        if not url.startswith(("https://", "http://")):
            yield key, f"expected a URL, got {url!r}"
        elif key == "webhook":
            yield from ((key, problem) for problem in webhook_problems(url))
    if recipient.standing is not None and (message := recipient.standing.problem):
        yield "standing", message


def webhook_problems(url: str) -> Iterator[str]:
    """Yield what is wrong with the URL of a webhook, which notices, ledger and bundles repeat."""
    if not is_secret_way(url):
        yield f"expected https (http is for loopback only), got {url!r}"
    elif "@" in urlsplit(url).netloc:
        yield (
            "expected no password in it, as it is recorded with the notice and handed over with the"
            ' case; write "{env:NAME}" where a secret belongs, and set that variable'
        )
