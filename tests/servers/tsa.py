"""A time-stamp authority on loopback: certificates made for the test, tokens made by openssl."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CONFIG = """\
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
{more}
"""


@dataclass
class Authority:
    """What it answers next can be changed while it runs."""

    folder: Path
    url: str = "http://127.0.0.1:9/"
    status: int = 200
    kind: str = "application/timestamp-reply"
    body: bytes | None = None
    """Sent in place of a token."""
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0
    """It waits so long before each byte of the answer's start."""
    requests: list[bytes] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    """The Authorization header of each request."""

    @property
    def root(self) -> Path:
        return self.folder / "root.pem"

    def reply(self, query: bytes) -> bytes:
        """Return the token of openssl for a query."""
        number = len(self.requests)
        asked, answer = self.folder / f"{number}.tsq", self.folder / f"{number}.tsr"
        asked.write_bytes(query)
        subprocess.run(
            ["openssl", "ts", "-reply", "-config", self.folder / "ts.cnf",
             "-queryfile", asked, "-out", answer],
            check=True, capture_output=True,
        )  # fmt: skip
        return answer.read_bytes()


def make_authority(
    folder: Path,
    *,
    name: str = "Example TSA",
    seconds: float = 86400,
    chain: bool = False,
    purpose: str = "stamping",
    between: bool = False,
) -> Authority:
    """Make a root and an authority under it.

    :param seconds: how long the authority's certificate is valid
    :param chain: send the root with each token, which openssl does in an order that DER may forbid
    :param purpose: ``stamping``, or ``server``: a certificate that may not stamp
    :param between: put another certificate between root and signer, which tokens do not carry
    """
    folder.mkdir(parents=True)
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _certificate(f"{name} root", root_key, None, root_key, seconds=86400)
    issuer, issuer_key, pem_of_roots = root, root_key, [root]
    if between:
        issuer_key = ec.generate_private_key(ec.SECP256R1())
        issuer = _certificate(f"{name} CA", issuer_key, root, root_key, seconds=86400, purpose="ca")
        pem_of_roots.append(issuer)
    signer = _certificate(name, key, issuer, issuer_key, seconds=seconds, purpose=purpose)
    pem = serialization.Encoding.PEM
    (folder / "root.pem").write_bytes(b"".join(c.public_bytes(pem) for c in pem_of_roots))
    (folder / "tsa.pem").write_bytes(signer.public_bytes(pem))
    (folder / "tsa.key").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    (folder / "serial").write_text("01\n")
    more = f"certs = {folder}/root.pem" if chain else ""
    (folder / "ts.cnf").write_text(CONFIG.format(folder=folder, more=more))
    return Authority(folder=folder)


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    seconds: float,
    purpose: str = "stamping",
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    at = datetime.now(UTC)
    is_ca = issuer is None or purpose == "ca"
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(hours=1))
        .not_valid_after(at + timedelta(seconds=seconds))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
    )
    if not is_ca:
        of = ExtendedKeyUsageOID
        use = of.TIME_STAMPING if purpose == "stamping" else of.SERVER_AUTH
        builder = builder.add_extension(x509.ExtendedKeyUsage([use]), critical=True)
    return builder.sign(issuer_key, hashes.SHA256())


@contextmanager
def serving(authority: Authority) -> Iterator[Authority]:
    """Let it answer on a free port of loopback."""
    lock = threading.Lock()  # openssl keeps its serial number in a file

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            authority.said.append(self.headers.get("Authorization", ""))
            with lock:
                authority.requests.append(query)
                body = authority.reply(query) if authority.body is None else authority.body
            head = f"HTTP/1.0 {authority.status} Said\r\nContent-Type: {authority.kind}\r\n"
            head += "".join(f"{name}: {value}\r\n" for name, value in authority.headers.items())
            for byte in (head + "\r\n").encode() if authority.seconds else b"":
                time.sleep(authority.seconds)
                self._write(bytes([byte]))
            self._write(b"" if authority.seconds else (head + "\r\n").encode())
            self._write(body)

        def _write(self, data: bytes) -> None:
            try:
                self.wfile.write(data)
                self.wfile.flush()
            except OSError:
                pass  # who asked did not wait

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's name)
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    authority.url = f"http://127.0.0.1:{server.server_port}/"
    try:
        yield authority
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
