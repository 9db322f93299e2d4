"""The marks by which an answer finds its notice: signed addresses, Message-ID, subject.

A signed address holds a part of an HMAC-SHA256 (RFC 2104) of the notice's id under a key that only
this workspace has, so that whoever writes to it was told it by the notice itself.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from crawler.errors import InputError

KEY_BYTES = 32
TOKEN_LENGTH = 20
"""Characters of base32: 100 bits, in letters that mail servers may lower."""
LONGEST_LOCAL = 64
"""Octets before the ``@`` (RFC 5321, 4.5.3.1.1)."""

_SIGNED = re.compile(rf"[^@]+\+(n-\d{{4}}-\d{{6,}})\.([a-z2-7]{{{TOKEN_LENGTH}}})@.+", re.I)
_TAG = re.compile(r"\[(N-\d{4}-\d{6,})\]", re.I)


@dataclass(frozen=True, slots=True)
class MailKey:
    """The key of a workspace's signed addresses."""

    secret: bytes

    def token(self, purpose: str, notice: str) -> str:
        """Return the mark of a notice for a purpose: ``reply``, ``bounce`` or ``message``."""
        digest = hmac.digest(self.secret, f"{purpose}\0{notice}".encode(), hashlib.sha256)
        return base64.b32encode(digest).decode().lower()[:TOKEN_LENGTH]

    def address(self, base: str, purpose: str, notice: str) -> str:
        """Return ``base`` with the notice's mark: ``notice+n-2026-000123.MARK@firm.example``.

        :raises InputError: when the part before the ``@`` would be too long for mail servers
        """
        local, _, domain = base.rpartition("@")
        marked = f"{local}+{notice.lower()}.{self.token(purpose, notice)}"
        if len(marked.encode()) > LONGEST_LOCAL:
            most = LONGEST_LOCAL - (len(marked.encode()) - len(local.encode()))
            raise InputError(
                f"delivery.address: expected at most {most} characters before the @, as the"
                f" notice's mark is put behind them, got {local!r}"
            )
        return f"{marked}@{domain}"

    def message_id(self, base: str, notice: str) -> str:
        """Return the Message-ID of a notice, which is the same however often it is queued."""
        return f"<{notice}.{self.token('message', notice)}@{base.rpartition('@')[2]}>"

    def read_address(self, address: str) -> tuple[str, str] | None:
        """Return (notice, ``reply`` or ``bounce``) of a signed address; None of any other."""
        match = _SIGNED.fullmatch(address.strip())
        if match is None:
            return None
        notice, token = match[1].upper(), match[2].lower()
        for purpose in ("reply", "bounce"):
            if hmac.compare_digest(self.token(purpose, notice), token):
                return notice, purpose
        return None


def subject_tag(notice: str) -> str:
    """Return what stands in the subject: ``[N-2026-000123]``."""
    return f"[{notice}]"


def find_tag(subject: str) -> str | None:
    """Return the notice that a subject names; anybody may write it."""
    match = _TAG.search(subject)
    return match[1].upper() if match else None


def load_mail_key(folder: Path) -> MailKey:
    """Return the workspace's key, made when it is first needed; only its owner can read it.

    :param folder: of the workspace
    :raises InputError: when the file is no key
    """
    path = folder / "keys" / "mail.key"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    _make_key(path)
    try:
        secret = bytes.fromhex(path.read_text("ascii").strip())
    except ValueError:
        secret = b""
    if len(secret) != KEY_BYTES:
        raise InputError(f"{path}: expected a key of {2 * KEY_BYTES} hexadecimal digits")
    return MailKey(secret)


def _make_key(path: Path) -> None:
    """Write a new key unless there is one; of two programs at once, one writes it."""
    if path.exists():
        return
    temporary = path.with_name(f".mail.key-{secrets.token_hex(8)}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(KEY_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)  # fails where another program was first
    except FileExistsError:
        pass  # that one's key counts
    finally:
        temporary.unlink(missing_ok=True)
