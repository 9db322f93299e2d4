"""Where mails come from: files, a Maildir, an mbox, IMAP. Each is let go only after it is kept."""

from __future__ import annotations

import base64
import imaplib
import mailbox
import re
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from crawler.delivery import ImapServer, find_secret
from crawler.errors import InputError, MachineError
from pipelines.takedown.smtp import tls_context

Keep = Callable[[bytes, str], None]
"""Keeps (mail, where it came from); raises when it could not."""
MOST_MAIL = 100_000_000
"""Bytes; a larger mail stays where it is, and is told."""
USUAL_PORTS = {"starttls": 143, "tls": 993, "none": 143}


def read_files(files: Sequence[Path], keep: Keep) -> None:
    """Take mails from files, one each.

    :raises InputError: when one cannot be read
    """
    for file in files:
        try:
            raw = file.read_bytes()
        except OSError as error:
            raise InputError(f"cannot read {file}: {error.strerror}") from error
        keep(raw, f"file {file.name}")


def read_maildir(folder: Path, keep: Keep) -> None:
    """Take what is new in a Maildir, and mark it as seen: moved to ``cur`` with the flag ``S``.

    :raises InputError: when the folder is none
    """
    if not ((folder / "new").is_dir() and (folder / "cur").is_dir()):
        raise InputError(f"expected a Maildir with the folders new and cur, got {folder}")
    seen = [path for path in (folder / "cur").iterdir() if "S" not in _flags(path.name)]
    for path in sorted([*(folder / "new").iterdir(), *seen]):
        if path.name.startswith(".") or not path.is_file():
            continue
        name = path.name.partition(":")[0]
        flags = "".join(sorted({*_flags(path.name), "S"}))
        try:
            raw = path.read_bytes()
        except FileNotFoundError:
            continue  # another program took it meanwhile
        keep(raw, f"maildir {path.name}")
        with suppress(FileNotFoundError):  # the same
            path.rename(folder / "cur" / f"{name}:2,{flags}")


def _flags(name: str) -> str:
    return name.rpartition(":2,")[2] if ":2," in name else ""


def read_mbox(file: Path, keep: Keep) -> None:
    """Take every mail of an mbox file, which is not changed.

    :raises InputError: when there is no such file
    """
    if not file.is_file():
        raise InputError(f"expected an mbox file, got {file}")
    box = mailbox.mbox(file, create=False)
    try:
        for number, key in enumerate(box.keys(), start=1):
            keep(box.get_bytes(key), f"mbox {file.name}, mail {number}")
    finally:
        box.close()


def read_imap(server: ImapServer, folder: Path, keep: Keep) -> Iterator[str]:
    """Take the unseen mails of the mailbox, and mark each as seen once it is kept.

    Yields in words what was left there.

    :param folder: of the workspace, from which the paths of the settings are taken
    :raises MachineError: when the server cannot be used as the settings say
    """
    place = f"the IMAP server {server.host}"
    with _session(server, folder, place) as client:
        status, _ = client.select(imap_name(server.mailbox))
        if status != "OK":
            raise MachineError(f"{place} has no mailbox {server.mailbox!r}")
        _, found = client.uid("SEARCH", "UNSEEN")
        for uid in (found[0] or b"").split():
            number = uid.decode("ascii")
            size = _size(client, number)
            if size is not None and size > MOST_MAIL:
                yield f"mail {number} of {server.mailbox} has {size} bytes and is left there"
                continue
            raw = _fetch(client, number)
            if raw is None:
                yield f"mail {number} of {server.mailbox} could not be fetched"
                continue
            keep(raw, f"imap {server.host} {server.mailbox}, UID {number}")
            client.uid("STORE", number, "+FLAGS.SILENT", "(\\Seen)")


@contextmanager
def _session(server: ImapServer, folder: Path, place: str) -> Iterator[imaplib.IMAP4]:
    port = server.port or USUAL_PORTS[server.security]
    context = None if server.security == "none" else tls_context(server, folder)
    secret = find_secret(server.password_env, server.password_file, folder, "delivery.imap")
    client: imaplib.IMAP4 | None = None
    try:
        if server.security == "tls":
            client = imaplib.IMAP4_SSL(
                server.host, port, ssl_context=context, timeout=server.timeout
            )
        else:
            client = imaplib.IMAP4(server.host, port, timeout=server.timeout)
        if server.security == "starttls":
            if "STARTTLS" not in client.capabilities:
                raise MachineError(f"{place} offers no STARTTLS, so nobody logs in")
            client.starttls(context)
        if server.user is not None:
            if not f"{server.user}{secret}".isascii():
                raise MachineError(f"{place}: expected a user and a password in ASCII")
            client.login(server.user, secret or "")
        yield client
    except ssl.SSLError as error:
        raise MachineError(f"{place}: TLS does not work: {error}") from error
    except (OSError, imaplib.IMAP4.error) as error:
        raise MachineError(f"{place}: {error}") from error
    finally:
        if client is not None:
            with suppress(OSError, imaplib.IMAP4.error):
                client.logout()


def imap_name(mailbox_name: str) -> str:
    """Return a mailbox's name as IMAP writes it: quoted, in modified UTF-7 (RFC 3501, 5.1.3)."""
    named = re.sub(r"[^ -~]+|&", _shifted, mailbox_name)
    escaped = named.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _shifted(match: re.Match[str]) -> str:
    if match[0] == "&":
        return "&-"
    encoded = base64.b64encode(match[0].encode("utf-16-be")).decode().rstrip("=")
    return f"&{encoded.replace('/', ',')}-"


def _size(client: imaplib.IMAP4, uid: str) -> int | None:
    _, answer = client.uid("FETCH", uid, "(RFC822.SIZE)")
    for part in answer:
        text = part[0] if isinstance(part, tuple) else part
        if isinstance(text, bytes) and b"RFC822.SIZE" in text:
            digits = text.rpartition(b"RFC822.SIZE")[2].split(b")")[0].strip()
            return int(digits) if digits.isdigit() else None
    return None


def _fetch(client: imaplib.IMAP4, uid: str) -> bytes | None:
    """Return a mail without marking it."""
    _, answer = client.uid("FETCH", uid, "(BODY.PEEK[])")
    return next((part[1] for part in answer if isinstance(part, tuple)), None)
