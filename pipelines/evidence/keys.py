"""The workspace's signing key (Ed25519, RFC 8032), and the public keys of others.

The private key stays in ``keys/signing.pem`` of the workspace, readable by its owner alone. The
public one, ``keys/signing.pub``, is handed to others by a way that the bundle does not take: a key
that comes with what it signed proves nothing.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from sqlite_utils import Database

from crawler.errors import InputError, NotFoundError
from crawler.files import locked, write_whole
from crawler.store.handover import KeyEvent, KnownKey, find_keys, record_key_event
from pipelines.evidence.checks import Check

PASSPHRASE = "MARKHOUND_KEY_PASSPHRASE"  # noqa: S105 - the name of a variable, no passphrase
"""Environment variable: what the private key is encrypted with; without it, it is not."""
SIGNATURE_BYTES = 64


@dataclass(frozen=True, kw_only=True, slots=True)
class PublicKey:
    """A key that signatures are checked with."""

    key: Ed25519PublicKey
    pem: str
    fingerprint: str
    """SHA-256 of its DER SubjectPublicKeyInfo, hexadecimal."""

    def signed(self, data: bytes, signature: bytes) -> bool:
        """Tell whether this key made the signature, over exactly these bytes."""
        try:
            self.key.verify(signature, data)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, kw_only=True, slots=True)
class SigningKey:
    """The key of this workspace."""

    key: Ed25519PrivateKey
    public: PublicKey

    def sign(self, data: bytes) -> bytes:
        """Return the signature, 64 bytes; the same for the same data."""
        return self.key.sign(data)


def parse_public_key(data: bytes, where: str) -> PublicKey:
    """Read a PEM public key.

    :param where: what it was read from, for messages
    :raises InputError: when it is none, is of another kind, or is a private one
    """
    if b"PRIVATE KEY" in data:
        raise InputError(
            f"{where} is a private key, which is never handed out; expected the public one"
            " (keys/signing.pub of the other workspace)"
        )
    try:
        key = load_pem_public_key(data)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise InputError(f"{where}: expected a public key in PEM, got {data[:40]!r}") from error
    if not isinstance(key, Ed25519PublicKey):
        raise InputError(f"{where}: expected an Ed25519 public key, got {type(key).__name__}")
    return _public(key)


def _public(key: Ed25519PublicKey) -> PublicKey:
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return PublicKey(key=key, pem=pem.decode(), fingerprint=hashlib.sha256(der).hexdigest())


def signing_key_files(workspace: Path) -> tuple[Path, Path]:
    """Return where the private and the public key of a workspace are."""
    return workspace / "keys" / "signing.pem", workspace / "keys" / "signing.pub"


def find_signing_key(workspace: Path, env: Mapping[str, str] = os.environ) -> SigningKey | None:
    """Return the workspace's key; None when none was made yet.

    :raises InputError: when it cannot be read: the passphrase is missing or wrong, others may read
        the file, or it is no such key
    """
    path, _ = signing_key_files(workspace)
    if not path.exists():
        return None
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise InputError(f"others may read {path}; if nobody did: chmod 600 {path}")
    passphrase = env.get(PASSPHRASE, "").encode() or None
    try:
        key = load_pem_private_key(path.read_bytes(), passphrase)
    except TypeError as error:  # one of the two has a passphrase, the other has not
        state = "is not encrypted, but" if passphrase else "is encrypted:"
        raise InputError(f"{path} {state} {PASSPHRASE} is {_set(passphrase)}") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        reason = f"{PASSPHRASE} does not open it" if passphrase else str(error)
        raise InputError(f"cannot read the signing key {path}: {reason}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise InputError(f"{path}: expected an Ed25519 key, got {type(key).__name__}")
    return SigningKey(key=key, public=_public(key.public_key()))


def _set(passphrase: bytes | None) -> str:
    return "set" if passphrase else "not set"


def make_signing_key(workspace: Path, env: Mapping[str, str] = os.environ) -> SigningKey:
    """Return the workspace's key, making it when there is none; its public file is always there.

    :raises InputError: as ``find_signing_key``
    """
    path, public = signing_key_files(workspace)
    with locked(path.parent):
        path.parent.chmod(0o700)
        found = find_signing_key(workspace, env)
        if found is None:
            private = Ed25519PrivateKey.generate()
            passphrase = env.get(PASSPHRASE, "").encode()
            encryption: KeySerializationEncryption = (
                BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
            )
            pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
            _write_private(path, pem)
            found = SigningKey(key=private, public=_public(private.public_key()))
        if not public.exists() or public.read_text(encoding="utf-8") != found.public.pem:
            write_whole(public, found.public.pem)
    return found


def _write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    handle, name = tempfile.mkstemp(prefix=".signing-", dir=path.parent)  # mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def own_key(db: Database, workspace: Path, *, by: str, at: datetime) -> SigningKey:
    """Return the workspace's key, made at its first use, and noted in the ledger then.

    Inside the caller's transaction, which must hold the write lock.
    """
    key = make_signing_key(workspace)
    known = {k.fingerprint: k for k in find_keys(db)}.get(key.public.fingerprint)
    if known is not None and known.event == "revoked":
        raise InputError(
            f"the key of this workspace was revoked ({known.reason}); move"
            f" {signing_key_files(workspace)[0]} away, and a new one is made"
        )
    if known is None or known.event != "own":
        record_key_event(db, _event(key.public, "own", "this workspace", "", by, at))
    return key


def trust_key(db: Database, key: PublicKey, *, name: str, by: str, at: datetime) -> bool:
    """Append that a key is somebody's; False when that is known.

    Inside the caller's transaction, which must hold the write lock.

    :raises InputError: when it is this workspace's own, or was revoked
    """
    for known in find_keys(db):
        if known.fingerprint != key.fingerprint:
            continue
        if known.event == "own":
            raise InputError(f"{key.fingerprint} is the key of this workspace itself")
        if known.event == "revoked":
            raise InputError(
                f"{key.fingerprint} was revoked on {known.at:%Y-%m-%d} by {known.by}"
                f" ({known.reason}); expected another key of {name}"
            )
        if known.name == name:
            return False
    record_key_event(db, _event(key, "trusted", name, "", by, at))
    return True


def revoke_key(db: Database, prefix: str, *, reason: str, by: str, at: datetime) -> KnownKey:
    """Append that the key whose fingerprint starts so is believed no longer; return it.

    Inside the caller's transaction, which must hold the write lock.

    :raises NotFoundError: when there is none, or more than one
    """
    found = [k for k in find_keys(db) if k.fingerprint.startswith(prefix.lower())]
    if len(found) != 1 or not prefix:
        raise NotFoundError(
            f"expected the start of one fingerprint, got {prefix!r}, which fits {len(found)};"
            " `markhound evidence key list` has all"
        )
    if found[0].event == "revoked":
        raise InputError(f"{found[0].fingerprint} was revoked before, on {found[0].at:%Y-%m-%d}")
    public = parse_public_key(found[0].pem.encode(), found[0].name)
    revoked = _event(public, "revoked", found[0].name, reason, by, at)
    record_key_event(db, revoked)
    return revoked


def check_keys(db: Database) -> Iterator[Check]:
    """Yield whether each key that is kept is the one whose fingerprint stands in the ledger."""
    what, wrong = "keys that are known", False
    for known in find_keys(db):
        try:
            got = parse_public_key(known.pem.encode(), known.name).fingerprint
        except InputError as error:
            got = f"none ({error})"
        if got != known.fingerprint:
            wrong = True
            detail = f"expected the key of this fingerprint, got that of {got}"
            yield Check(what, "broken", known.fingerprint, None, detail)
    if not wrong:
        yield Check(what, "holds", "key_events", None, "each has its fingerprint")


def _event(
    key: PublicKey, event: KeyEvent, name: str, reason: str, by: str, at: datetime
) -> KnownKey:
    return KnownKey(
        fingerprint=key.fingerprint,
        event=event,
        name=name,
        pem=key.pem,
        reason=reason,
        by=by,
        at=at,
    )
