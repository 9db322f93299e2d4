"""Who vouches that a digest was there at a time: time-stamp authorities, or a command.

An anchor sees a digest and nothing else. No chain of ours is one: it would be our own word.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Protocol

from crawler.errors import AnchorError
from crawler.store.stamps import AnchorKind
from crawler.workspace import Workspace
from pipelines.evidence.asking import MOST_BYTES, ask
from pipelines.evidence.time_stamps import (
    encode_request,
    load_roots,
    make_nonce,
    verify_token,
)

COMMAND_SECONDS = 120.0
"""How long the command of an anchor may take."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """What an anchor answered."""

    files: dict[str, bytes]
    """Ending of the file's name -> its bytes: ``tsr``, ``tsq``, ``pem``, ``receipt``."""
    gen_time: datetime | None = None
    """The time that it vouches for, where that was verified."""
    problem: str | None = None
    """Why the receipt could not be verified; it is kept all the same."""


class Anchor(Protocol):
    """One who vouches."""

    @property
    def name(self) -> str:
        """How it is called in reports."""
        ...

    @property
    def kind(self) -> AnchorKind:
        """How it is reached."""
        ...

    def anchor(self, digest: bytes) -> Receipt:
        """Have a SHA-256 digest vouched for.

        :raises AnchorError: when nothing came that could be kept
        """
        ...


@dataclass(frozen=True, kw_only=True)
class TimeStampAuthority:
    """An authority that speaks RFC 3161 over HTTP."""

    name: str
    url: str
    root: Path
    """Its root certificate, PEM."""
    credentials: Path | None = None
    kind: AnchorKind = "rfc3161"

    def anchor(self, digest: bytes) -> Receipt:
        """Ask for a token, and verify it against the root."""
        root = _read(self.root, "the root certificate")
        nonce = make_nonce()
        request = encode_request(digest, nonce)
        words = _read(self.credentials, "the credentials") if self.credentials else None
        response = ask(self.url, request, credentials=words)
        files = {"tsq": request, "tsr": response, "pem": root}
        try:
            token = verify_token(response, digest, load_roots(root), nonce=nonce)
        except AnchorError as error:
            return Receipt(files=files, problem=str(error))
        return Receipt(files=files, gen_time=token.gen_time)


class _StatusError(AnchorError):
    """A command that ended with another status than 0."""

    def __init__(self, status: int, said: str) -> None:
        self.status = status
        super().__init__(f"ended with status {status}: {said}")


@dataclass(frozen=True, kw_only=True)
class CommandAnchor:
    """An anchor that a command of the user's reaches; it prints the receipt."""

    name: str
    command: Sequence[str]
    check: Sequence[str] = ()
    kind: AnchorKind = "command"
    seconds: float = COMMAND_SECONDS

    def anchor(self, digest: bytes) -> Receipt:
        """Run the command with the digest."""
        receipt = self._run([*self.command, digest.hex()])
        if not receipt:
            raise AnchorError("expected a receipt, the command printed nothing")
        return Receipt(files={"receipt": receipt})

    def verify(self, digest: bytes, receipt: Path) -> bool:
        """Say what the anchor's own command says of a receipt: status 0 = good, 1 = not.

        :raises AnchorError: when it does not say
        """
        try:
            self._run([*self.check, digest.hex(), str(receipt)])
        except _StatusError as error:
            if error.status == 1:
                return False
            raise
        return True

    def _run(self, command: Sequence[str]) -> bytes:
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            try:
                process = subprocess.Popen(  # noqa: S603 (the command stands in the settings)
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=err,
                    start_new_session=True,
                )
            except OSError as error:
                raise AnchorError(f"cannot run {command[0]}: {error.strerror}") from error
            try:
                status = process.wait(self.seconds)
            except subprocess.TimeoutExpired:
                _end(process)
                raise AnchorError(f"no end after {self.seconds:g} seconds") from None
            if status:
                said = _start_of(err, 200).decode("utf-8", "replace").strip()
                raise _StatusError(status, said or "it said nothing")
            receipt = _start_of(out, MOST_BYTES + 1)
        if len(receipt) > MOST_BYTES:
            raise AnchorError(f"expected a receipt of up to {MOST_BYTES:,} bytes, got more")
        return receipt


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a command that has not ended, with all that it started."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError):  # it ended just now
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def _start_of(file: IO[bytes], most: int) -> bytes:
    file.seek(0)
    return file.read(most)


def _read(path: Path, what: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise AnchorError(f"cannot read {what} {path}: {error.strerror}") from error


def find_anchors(workspace: Workspace) -> Iterator[Anchor]:
    """Yield those whom the settings name, the time-stamp authorities first."""
    for authority in workspace.config.evidence.stamp_authorities:
        yield TimeStampAuthority(
            name=authority.name,
            url=authority.url,
            root=workspace.folder / authority.root,
            credentials=workspace.folder / authority.credentials if authority.credentials else None,
        )
    for anchor in workspace.config.evidence.anchors:
        yield CommandAnchor(name=anchor.name, command=anchor.command, check=anchor.check)
