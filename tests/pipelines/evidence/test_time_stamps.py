"""Tokens that openssl makes: what they prove, and every way in which they prove nothing."""

from __future__ import annotations

import base64
import hashlib
import random
import subprocess
import time
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rfc3161_client import decode_timestamp_response

from crawler.errors import AnchorError
from pipelines.evidence.time_stamps import (
    encode_request,
    fingerprint,
    gen_time_of,
    load_roots,
    make_nonce,
    parse_response,
    verify_token,
)
from tests.servers.tsa import Authority, make_authority

DATA = "证据 evidence".encode()
DIGEST = hashlib.sha256(DATA).digest()
NONCE = 1 << 62 | 5


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("tsa") / "one")


@pytest.fixture(scope="module")
def token(authority: Authority) -> bytes:
    return authority.reply(encode_request(DIGEST, NONCE))


def openssl(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)


def openssl_verify(authority: Authority, token: bytes, data: bytes, *more: str) -> bool:
    folder = authority.folder
    (folder / "data").write_bytes(data)
    (folder / "token.tsr").write_bytes(token)
    done = openssl(
        "ts", "-verify", "-data", folder / "data", "-in", folder / "token.tsr",
        "-CAfile", authority.root, *more,
    )  # fmt: skip
    assert ("Verification: OK" in done.stdout) == (done.returncode == 0)
    return done.returncode == 0


def test_a_token_proves_the_digest_and_openssl_agrees(authority: Authority, token: bytes) -> None:
    [root] = load_roots(authority.root.read_bytes())
    found = verify_token(token, DIGEST, [root], nonce=NONCE)
    assert abs(found.gen_time - datetime.now(UTC)) < timedelta(minutes=5)
    assert (found.signer, found.root) == ("CN=Example TSA", fingerprint(root))
    printed = openssl("x509", "-in", authority.root, "-noout", "-fingerprint", "-sha256").stdout
    assert printed.strip().partition("=")[2].replace(":", "").lower() == found.root
    assert openssl_verify(authority, token, DATA)
    assert not openssl_verify(authority, token, DATA + b" ")


def test_our_request_is_read_by_openssl_as_meant(tmp_path: Path) -> None:
    (tmp_path / "q").write_bytes(encode_request(DIGEST, NONCE))
    said = openssl("ts", "-query", "-in", tmp_path / "q", "-text").stdout
    assert "sha256" in said
    assert f"Nonce: 0x{NONCE:X}" in said
    assert "Certificate required: yes" in said


def test_nonces_differ_and_fit_in_eight_bytes() -> None:
    nonces = {make_nonce() for _ in range(100)}
    assert len(nonces) == 100
    assert all(2**62 <= nonce < 2**63 for nonce in nonces)


def test_another_digest_nonce_or_request_is_refused(authority: Authority, token: bytes) -> None:
    roots = load_roots(authority.root.read_bytes())
    with pytest.raises(AnchorError, match="expected a time-stamp of 0000"):
        verify_token(token, bytes(32), roots)
    with pytest.raises(AnchorError, match=f"expected the nonce 7, got {NONCE}"):
        verify_token(token, DIGEST, roots, nonce=7)
    with pytest.raises(AnchorError, match="another one's"):
        verify_token(token, DIGEST, roots, request=encode_request(DIGEST, 7))


def test_another_root_proves_nothing_even_of_the_same_name(
    authority: Authority, token: bytes, tmp_path: Path
) -> None:
    other = make_authority(tmp_path / "other")
    with pytest.raises(AnchorError, match="does not verify"):
        verify_token(token, DIGEST, load_roots(other.root.read_bytes()))
    with pytest.raises(AnchorError, match="no root certificate"):
        verify_token(token, DIGEST, [])
    both = load_roots(other.root.read_bytes() + authority.root.read_bytes())
    assert verify_token(token, DIGEST, both).root == fingerprint(both[1])


def test_a_certificate_between_is_taken_from_the_file_of_the_root(tmp_path: Path) -> None:
    made = make_authority(tmp_path / "between", between=True)
    token = made.reply(encode_request(DIGEST, NONCE))
    root, ca = load_roots(made.root.read_bytes())
    assert verify_token(token, DIGEST, [ca, root]).root == fingerprint(root)
    assert openssl_verify(made, token, DATA)
    with pytest.raises(AnchorError, match="does not verify"):
        verify_token(token, DIGEST, [root])
    with pytest.raises(AnchorError, match="no root certificate"):
        verify_token(token, DIGEST, [ca])


def test_a_certificate_between_is_not_trusted_for_itself(
    authority: Authority, tmp_path: Path
) -> None:
    """Whoever makes a false token sends what certificates they like with it."""
    false = make_authority(tmp_path / "false", between=True)
    token = false.reply(encode_request(DIGEST, NONCE))
    _, ca = load_roots(false.root.read_bytes())
    [root] = load_roots(authority.root.read_bytes())
    with pytest.raises(AnchorError, match="does not verify"):
        verify_token(token, DIGEST, [root, ca])


def read_by_the_library(token: bytes) -> str:
    """Return why the library does not read a token; empty when it does."""
    try:
        decode_timestamp_response(token)
    except ValueError as error:
        return str(error)
    return ""


def test_certificates_in_an_order_that_der_forbids_are_read(tmp_path: Path) -> None:
    """openssl sends them as they come, so one of these authorities has them in the wrong order."""
    made = [make_authority(tmp_path / str(number), chain=True) for number in range(12)]
    tokens = [authority.reply(encode_request(DIGEST, NONCE)) for authority in made]
    assert any("InvalidSetOrdering" in read_by_the_library(token) for token in tokens)
    for authority, token in zip(made, tokens, strict=True):
        [root] = load_roots(authority.root.read_bytes())
        assert verify_token(token, DIGEST, [root], nonce=NONCE).root == fingerprint(root)
        assert openssl_verify(authority, token, DATA)


def test_a_token_stays_good_when_the_certificate_has_expired(tmp_path: Path) -> None:
    made = make_authority(tmp_path / "short", seconds=2)
    token = made.reply(encode_request(DIGEST, NONCE))
    time.sleep(2.5)
    found = verify_token(token, DIGEST, load_roots(made.root.read_bytes()))
    assert not openssl_verify(made, token, DATA)
    assert openssl_verify(made, token, DATA, "-attime", str(int(found.gen_time.timestamp())))


def test_a_token_made_when_the_certificate_had_expired_is_refused(tmp_path: Path) -> None:
    made = make_authority(tmp_path / "late", seconds=-60)
    token = made.reply(encode_request(DIGEST, NONCE))
    with pytest.raises(AnchorError, match="does not verify"):
        verify_token(token, DIGEST, load_roots(made.root.read_bytes()))


def test_a_certificate_that_may_not_stamp_is_refused(tmp_path: Path) -> None:
    made = make_authority(tmp_path / "web", purpose="server")
    with pytest.raises(subprocess.CalledProcessError):  # openssl itself refuses to stamp by it
        made.reply(encode_request(DIGEST, NONCE))


def test_a_refusal_says_why(authority: Authority, tmp_path: Path) -> None:
    query = tmp_path / "q"
    openssl("ts", "-query", "-data", authority.root, "-sha512", "-out", query)
    refusal = authority.reply(query.read_bytes())
    with pytest.raises(AnchorError, match=r"did not grant it: status 2, .*algorithm"):
        parse_response(refusal)


@pytest.mark.parametrize(
    "answer",
    [b"", b"<html>Welcome</html>", b"\x30", b"\x30\x80\x00\x00", bytes(100), b"\x30\x84" * 9],
)
def test_what_is_no_answer_is_refused(answer: bytes) -> None:
    with pytest.raises(AnchorError, match="cannot be read as an answer"):
        parse_response(answer)
    assert gen_time_of(answer) is None


def test_a_changed_byte_never_proves_another_time_or_digest(
    authority: Authority, token: bytes
) -> None:
    roots = load_roots(authority.root.read_bytes())
    said = verify_token(token, DIGEST, roots)
    refused = 0
    for place in random.Random(7).sample(range(len(token)), 200):
        changed = bytearray(token)
        changed[place] ^= 0x10
        try:
            found = verify_token(bytes(changed), DIGEST, roots)
        except AnchorError:
            refused += 1
        else:
            assert (found.gen_time, found.root) == (said.gen_time, said.root)
    assert refused > 150


def test_every_start_of_a_token_is_refused(authority: Authority, token: bytes) -> None:
    roots = load_roots(authority.root.read_bytes())
    for length in range(0, len(token), 13):
        with pytest.raises(AnchorError):
            verify_token(token[:length], DIGEST, roots)


def test_a_root_that_is_none_is_refused() -> None:
    with pytest.raises(AnchorError, match="PEM"):
        load_roots(b"no certificate")


@pytest.mark.parametrize("nonce", [1 << 160, 1 << 1599])
def test_a_nonce_that_nobody_of_us_sends_is_another_request(
    authority: Authority, nonce: int
) -> None:
    data = nonce.to_bytes(nonce.bit_length() // 8 + 1, "big", signed=True)
    length = bytes([len(data)]) if len(data) < 128 else bytes([0x81, len(data)])
    imprint = encode_request(DIGEST, NONCE)[5:-13]  # between the version and the nonce
    body = b"\x02\x01\x01" + imprint + b"\x02" + length + data + b"\x01\x01\xff"
    outer = b"\x30" + (bytes([len(body)]) if len(body) < 128 else b"\x82" + len(body).to_bytes(2))
    token = authority.reply(outer + body)
    roots = load_roots(authority.root.read_bytes())
    with pytest.raises(AnchorError, match="another one's"):
        verify_token(token, DIGEST, roots, request=encode_request(DIGEST, NONCE))


def test_roots_that_are_made_to_hurt_are_refused_or_prove_nothing(
    authority: Authority, token: bytes
) -> None:
    pem = authority.root.read_text()
    der = base64.b64decode("".join(pem.splitlines()[1:-1]))
    chosen, tried = random.Random(5), 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library's, on what such a certificate says
        for _ in range(300):
            changed = bytearray(der)
            changed[chosen.randrange(60)] = chosen.randrange(256)  # where version and names stand
            text = base64.encodebytes(bytes(changed)).decode()
            hostile = f"-----BEGIN CERTIFICATE-----\n{text}-----END CERTIFICATE-----\n".encode()
            try:
                verify_token(token, DIGEST, load_roots(hostile), nonce=NONCE)
            except AnchorError:
                tried += 1
    assert tried > 20
