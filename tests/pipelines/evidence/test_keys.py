"""The workspace's key is made once, read by its owner alone, and known by its fingerprint."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlite_utils import Database

from crawler.errors import InputError, NotFoundError
from crawler.store.database import open_store, writing
from crawler.store.handover import find_keys
from pipelines.evidence.keys import (
    PASSPHRASE,
    find_signing_key,
    make_signing_key,
    own_key,
    parse_public_key,
    revoke_key,
    signing_key_files,
    trust_key,
)

AT = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = open_store(tmp_path / "w.db")
    yield db
    db.close()


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    made = make_signing_key(tmp_path, {})
    private, public = signing_key_files(tmp_path)
    assert (private.stat().st_mode & 0o777, private.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert make_signing_key(tmp_path, {}).public.fingerprint == made.public.fingerprint
    assert public.read_text() == made.public.pem
    assert made.public.signed(b"x", made.sign(b"x"))
    assert not made.public.signed(b"y", made.sign(b"x"))
    public.unlink()
    make_signing_key(tmp_path, {})
    assert public.read_text() == made.public.pem


def test_openssl_computes_the_same_fingerprint(tmp_path: Path) -> None:
    made = make_signing_key(tmp_path, {})
    command = ["openssl", "pkey", "-pubin", "-in", "signing.pub", "-outform", "DER"]
    der = subprocess.run(command, cwd=tmp_path / "keys", capture_output=True, check=True).stdout
    assert hashlib.sha256(der).hexdigest() == made.public.fingerprint


def test_a_passphrase_closes_the_key(tmp_path: Path) -> None:
    secret = {PASSPHRASE: "十二个字的口令 and more"}
    made = make_signing_key(tmp_path, secret)
    assert b"ENCRYPTED" in signing_key_files(tmp_path)[0].read_bytes()
    found = find_signing_key(tmp_path, secret)
    assert found is not None
    assert found.public.fingerprint == made.public.fingerprint
    with pytest.raises(InputError, match=f"is encrypted: {PASSPHRASE} is not set"):
        find_signing_key(tmp_path, {})
    with pytest.raises(InputError, match=f"{PASSPHRASE} does not open it"):
        find_signing_key(tmp_path, {PASSPHRASE: "wrong"})


def test_a_passphrase_for_an_open_key_is_refused(tmp_path: Path) -> None:
    make_signing_key(tmp_path, {})
    with pytest.raises(InputError, match="is not encrypted, but"):
        find_signing_key(tmp_path, {PASSPHRASE: "secret"})


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    make_signing_key(tmp_path, {})
    signing_key_files(tmp_path)[0].chmod(0o640)
    with pytest.raises(InputError, match="chmod 600"):
        make_signing_key(tmp_path, {})


def test_what_is_no_key_is_refused(tmp_path: Path) -> None:
    make_signing_key(tmp_path, {})
    private, _ = signing_key_files(tmp_path)
    with pytest.raises(InputError, match="is a private key, which is never handed out"):
        parse_public_key(private.read_bytes(), "k")
    for data in (b"", b"\xff\xfe", "公钥".encode(), b"-----BEGIN PUBLIC KEY-----\nAAAA\n"):
        with pytest.raises(InputError, match="expected a public key in PEM"):
            parse_public_key(data, "k")
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    pem = other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(InputError, match="expected an Ed25519 public key, got"):
        parse_public_key(pem, "k")
    private.write_bytes(b"garbage")
    with pytest.raises(InputError, match="cannot read the signing key"):
        make_signing_key(tmp_path, {})


def test_what_is_held_of_a_key_is_its_newest_event(db: Database, tmp_path: Path) -> None:
    key = make_signing_key(tmp_path / "other", {}).public
    with writing(db):
        assert trust_key(db, key, name="上海", by="Ann", at=AT)
        assert not trust_key(db, key, name="上海", by="Ann", at=AT)
        assert trust_key(db, key, name="Shanghai", by="Ann", at=AT)
    assert [(k.event, k.name) for k in find_keys(db)] == [("trusted", "Shanghai")]
    with writing(db):
        revoke_key(db, key.fingerprint[:6].upper(), reason="lost", by="Ann", at=AT)
    (known,) = find_keys(db)
    assert (known.event, known.name, known.reason) == ("revoked", "Shanghai", "lost")
    with writing(db), pytest.raises(InputError, match="was revoked before"):
        revoke_key(db, key.fingerprint, reason="again", by="Ann", at=AT)


def test_a_fingerprint_that_names_none_is_refused(db: Database) -> None:
    for prefix in ("", "ab"):
        with writing(db), pytest.raises(NotFoundError, match="expected the start of one"):
            revoke_key(db, prefix, reason="?", by="Ann", at=AT)


def test_the_own_key_is_no_one_elses_and_a_revoked_one_signs_no_more(
    db: Database, tmp_path: Path
) -> None:
    with writing(db):
        own = own_key(db, tmp_path, by="Ann", at=AT).public
        with pytest.raises(InputError, match="of this workspace itself"):
            trust_key(db, own, name="x", by="Ann", at=AT)
        revoke_key(db, own.fingerprint, reason="laptop stolen", by="Ann", at=AT)
        with pytest.raises(InputError, match=r"revoked \(laptop stolen\)"):
            own_key(db, tmp_path, by="Ann", at=AT)
        signing_key_files(tmp_path)[0].rename(tmp_path / "old.pem")
        assert own_key(db, tmp_path, by="Ann", at=AT).public.fingerprint != own.fingerprint
    assert [k.event for k in find_keys(db)] == ["revoked", "own"]
