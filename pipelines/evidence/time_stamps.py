"""Time-stamp tokens by RFC 3161: the request, and what a response proves.

A token is verified as of the time that it states (RFC 3161, appendix B): it stays good when the
certificate of its authority has expired since. Whether that certificate was revoked is not looked
up; what is proven is proven as far as the root is trusted.
"""

from __future__ import annotations

import secrets
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from rfc3161_client import (
    PKIStatus,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from crawler.errors import AnchorError

_VERSION_1 = bytes.fromhex("020101")
_SHA256 = bytes.fromhex("300d06096086480165030402010500")
"""AlgorithmIdentifier of SHA-256, parameters NULL (RFC 8017, appendix B.1)."""
_WANT_CERTIFICATES = bytes.fromhex("0101ff")

NONCE_BITS = 63
UNREADABLE = (ValueError, KeyError, ssl.SSLError, x509.InvalidVersion, x509.DuplicateExtension)
"""What the library raises on certificates that are made to hurt: of a kind of text that no
standard knows a KeyError, for one."""

Root = x509.Certificate


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """What a token that verifies says."""

    gen_time: datetime
    """The digest was there before."""
    signer: str
    """Name in the certificate of who signed it."""
    root: str
    """SHA-256 of the root to which the signature leads, hexadecimal."""


def make_nonce() -> int:
    """Return a number that no earlier answer holds (RFC 3161, section 2.4.1)."""
    return secrets.randbits(NONCE_BITS) | 1 << NONCE_BITS - 1


def encode_request(digest: bytes, nonce: int) -> bytes:
    """Return the request to stamp a SHA-256 digest, DER (RFC 3161, section 2.4.1).

    By hand, as the library's own builder hashes what it is given, and we stamp a digest.
    """
    number = nonce.to_bytes(nonce.bit_length() // 8 + 1, "big")
    imprint = _item(0x30, _SHA256 + _item(0x04, digest))
    return _item(0x30, _VERSION_1 + imprint + _item(0x02, number) + _WANT_CERTIFICATES)


def _is_request(request: bytes, digest: bytes, nonce: int) -> bool:
    """Tell whether ``encode_request`` made a request of the nonce that an answer holds."""
    return 0 <= nonce < 1 << NONCE_BITS and request == encode_request(digest, nonce)


def load_roots(pem: bytes) -> list[Root]:
    """Return the certificates of a PEM file.

    :raises AnchorError: when there is none in it, or one that cannot be read
    """
    try:
        found = x509.load_pem_x509_certificates(pem)
        openssl = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        for certificate in found:
            _ = certificate.issuer, certificate.subject  # read only when they are asked for
            # what OpenSSL cannot read lets the verifying library panic
            openssl.load_verify_locations(cadata=certificate.public_bytes(Encoding.DER))
        return found
    except UNREADABLE as error:
        raise AnchorError(f"expected certificates in PEM form: {error}") from error


def fingerprint(root: Root) -> str:
    """Return SHA-256 of a certificate, hexadecimal, as ``openssl x509 -fingerprint`` has it."""
    return root.fingerprint(SHA256()).hex()


def verify_token(
    response: bytes,
    digest: bytes,
    roots: Sequence[Root],
    *,
    nonce: int | None = None,
    request: bytes | None = None,
) -> Token:
    """Return what a response proves of a SHA-256 digest.

    :param roots: those that are trusted, and certificates between them and the signer
    :param nonce: the one that was sent, or
    :param request: the request that was sent, as ``encode_request`` made it
    :raises AnchorError: when it proves nothing, and why
    """
    parsed = parse_response(response)
    info = parsed.tst_info
    if request is not None and not _is_request(request, digest, info.nonce or 0):
        raise AnchorError("expected the answer to the request that is kept, got another one's")
    if nonce is not None and info.nonce != nonce:
        raise AnchorError(f"expected the nonce {nonce}, got {info.nonce}: not our answer")
    if (got := info.message_imprint.message) != digest:
        raise AnchorError(f"expected a time-stamp of {digest.hex()}, got one of {got.hex()}")
    root = _root_of(parsed, digest, roots)
    return Token(
        gen_time=info.gen_time.astimezone(UTC), signer=_signer(parsed), root=fingerprint(root)
    )


def _root_of(parsed: TimeStampResponse, digest: bytes, roots: Sequence[Root]) -> Root:
    """Return the root to which the token leads, each tried by itself."""
    between = [root for root in roots if root.issuer != root.subject]
    problems = []
    for root in roots:
        if root in between:
            continue
        try:
            VerifierBuilder(roots=[root], intermediates=list(between)).build().verify(
                parsed, digest
            )
        except (VerificationError, *UNREADABLE) as error:
            problems.append(str(error))
        else:
            return root
    raise AnchorError(
        f"it does not verify: {problems[0]}" if problems else "no root certificate is given"
    )


def parse_response(response: bytes) -> TimeStampResponse:
    """Read a response that holds a token.

    Authorities that do not put their certificates in the order of DER are common, and the reader
    is strict; that order lies outside of what is signed, so it is mended before reading.

    :raises AnchorError: when it is none, or says that the request is refused
    """
    try:
        parsed = decode_timestamp_response(_with_sorted_certificates(response))
    except ValueError as error:
        raise AnchorError(f"it cannot be read as an answer by RFC 3161: {error}") from error
    if parsed.status != PKIStatus.GRANTED:
        words = "; ".join(parsed.status_string) if parsed.status_string else "no reason given"
        raise AnchorError(f"the authority did not grant it: status {parsed.status}, {words}")
    try:
        parsed.tst_info.gen_time  # noqa: B018 (the token is read only when it is asked for)
    except ValueError as error:
        raise AnchorError(f"its token cannot be read: {error}") from error
    return parsed


def _signer(parsed: TimeStampResponse) -> str:
    try:
        signers = {(s.issuer, s.serial_number) for s in parsed.signed_data.signer_infos}
        for der in parsed.signed_data.certificates:
            certificate = x509.load_der_x509_certificate(der)
            if (certificate.issuer, certificate.serial_number) in signers:
                return certificate.subject.rfc4514_string()
    except UNREADABLE:
        pass  # one that lies beside the signer's; what was signed is verified by now
    return "not named"


def gen_time_of(response: bytes) -> datetime | None:
    """Return the time that a response states, verified or not; None when it states none."""
    try:
        return parse_response(response).tst_info.gen_time.astimezone(UTC)
    except AnchorError:
        return None


def _item(tag: int, content: bytes) -> bytes:
    """Return a DER item of up to 127 bytes."""
    assert len(content) < 0x80
    return bytes([tag, len(content)]) + content


def _with_sorted_certificates(response: bytes) -> bytes:
    """Return the response with its certificates in DER's order; itself where it is built otherwise.

    TimeStampResp > timeStampToken > [0] > SignedData > certificates [0]: sorting changes no length.
    """
    try:
        token = list(_items(response, *_inside(response, 0)))[1]
        content = list(_items(response, *_inside(response, token[0])))[1]
        signed, _ = _inside(response, content[0])
        found = [i for i in _items(response, *_inside(response, signed)) if response[i[0]] == 0xA0]
        start, stop = _inside(response, found[0][0])
        certificates = sorted(response[a:b] for a, b in _items(response, start, stop))
    except (IndexError, ValueError):
        return response
    return response[:start] + b"".join(certificates) + response[stop:]


def _inside(data: bytes, at: int) -> tuple[int, int]:
    """Return where the content of the item that starts at ``at`` begins and ends."""
    length, start = data[at + 1], at + 2
    if length > 0x80:
        start += length - 0x80
        length = int.from_bytes(data[at + 2 : start], "big")
    elif length == 0x80:
        raise ValueError("expected definite lengths")
    if start + length > len(data):
        raise ValueError("expected the whole item, got its start")
    return start, start + length


def _items(data: bytes, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Yield where each item between two places begins and ends."""
    while start < stop:
        _, end = _inside(data, start)
        yield start, end
        start = end
