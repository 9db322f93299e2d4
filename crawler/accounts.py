"""Accounts: who may judge, draft and approve, and how a name is proved.

Passphrases follow NIST SP 800-63B, section 3.1.1: a minimum length, no rules of composition,
hashed by argon2id with the library's settings (RFC 9106, second recommended option).
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from confusable_homoglyphs import confusables

from crawler.errors import InputError

Role = Literal["analyst", "approver", "legal", "admin", "auditor"]
ApprovalKind = Literal["ordinary", "legal", "standing"]

MAY_WRITE: frozenset[Role] = frozenset({"analyst", "approver", "legal", "admin"})
"""Roles that may judge, draft and withdraw; an auditor reads only."""

MAY_APPROVE: Mapping[ApprovalKind, frozenset[Role]] = {
    "ordinary": frozenset({"approver", "legal", "admin"}),
    "legal": frozenset({"legal"}),
    "standing": frozenset({"approver", "legal", "admin"}),
}
"""Who may give which approval. An admin may approve: forbidding it would only make people keep two
accounts, and then nothing tells that both are one person."""

SHORTEST_PASSPHRASE = 12
LONGEST_PASSPHRASE = 1024
"""Characters. Hashing is to cost time by its own settings, not by the length of what is sent."""
LONGEST_NAME = 80

_hasher = PasswordHasher()
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_BLANK = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
_VARIATION = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """Somebody who acts in this workspace."""

    id: str
    """Stays the same when the name changes."""
    name: str
    role: Role
    disabled: bool
    made_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """Who does something: an account, or a name that nobody proved."""

    name: str
    account: Account | None = None
    """None in a workspace without accounts."""

    @property
    def authenticated(self) -> bool:
        """Whether the name proved to be an account."""
        return self.account is not None


def parse_name(text: str) -> str:
    """Return the name of an account in its one form: NFC, single spaces.

    :raises InputError: when it is empty, too long, or holds what cannot be seen
    """
    name = " ".join(unicodedata.normalize("NFC", text).split())
    unseen = [c for c in text if unicodedata.category(c) in _UNSEEN or c in _BLANK]
    unseen += _VARIATION.findall(text)
    if unseen:
        codes = ", ".join(f"U+{ord(c):04X}" for c in dict.fromkeys(unseen))
        raise InputError(f"expected a name of visible characters, got {codes} in {text!a}")
    if not name or len(name) > LONGEST_NAME:
        raise InputError(f"expected a name of 1 to {LONGEST_NAME} characters, got {len(name)}")
    return name


def sameness(name: str) -> tuple[str, str]:
    """Return two keys; names that share either are one name to the eye.

    The first is the name without case, the second its skeleton: what looks like a Latin letter is
    that letter (Unicode Technical Standard 39, section 4).
    """
    plain = unicodedata.normalize("NFKC", name)
    table = _lookalikes()
    skeleton = "".join(table.get(char, char) for char in plain).replace("rn", "m")
    folded = skeleton.casefold()
    return plain.casefold(), "".join(table.get(char, char) for char in folded)


@cache
def _lookalikes() -> Mapping[str, str]:
    table: dict[str, str] = {}
    for plain in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ":
        for entry in confusables.confusables_data.get(plain, ()):
            if len(entry["c"]) == 1 and not entry["c"].isascii():
                table.setdefault(entry["c"], plain)
    return table | {"I": "l", "1": "l", "|": "l", "0": "O", " ": "", ".": "", "-": "", "·": ""}


def check_passphrase(passphrase: str, name: str) -> None:
    """Refuse a passphrase that is too short, too long, one character, or the name itself.

    :raises InputError: saying which; the passphrase is never in the message
    """
    count = len(passphrase)
    if not SHORTEST_PASSPHRASE <= count <= LONGEST_PASSPHRASE:
        raise InputError(
            f"expected a passphrase of {SHORTEST_PASSPHRASE} to {LONGEST_PASSPHRASE} characters"
            f" (any characters, several words are best), got {count}"
        )
    if len(set(passphrase)) < len("abc") or passphrase.casefold() == name.casefold():
        raise InputError("expected a passphrase that is not the name, nor one character repeated")


def hash_passphrase(passphrase: str, name: str) -> str:
    """Return the argon2id hash with its settings and salt; takes about a third of a second.

    :param name: of the account, which is no passphrase
    :raises InputError: when the passphrase is refused
    """
    check_passphrase(passphrase, name)
    return _hasher.hash(unicodedata.normalize("NFC", passphrase))


def is_passphrase(hashed: str, passphrase: str) -> bool:
    """Tell whether the hash is of this passphrase."""
    try:
        return _hasher.verify(hashed, unicodedata.normalize("NFC", passphrase))
    except VerifyMismatchError:
        return False


def new_token() -> str:
    """Return a random token (256 bits)."""
    return f"mh_{secrets.token_urlsafe(32)}"


def token_digest(token: str) -> str:
    """Return what is kept of a token: its SHA-256; a random token needs no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()
