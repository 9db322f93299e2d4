"""What goes with a proof, so that anybody can check it without Markhound."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from datetime import datetime

from pipelines.evidence.proofs import Proof
from pipelines.evidence.receipt_checks import KeptReceipt
from pipelines.evidence.statements import STATEMENT

TEXT_NAME, SCRIPT_NAME = "VERIFY.txt", "check_proof.py"

SCRIPT = '''\
"""Checks that the entry in proof.json lies under the root in statement.json. Python 3 alone."""
import hashlib, json, pathlib, sys
here = pathlib.Path(__file__).parent
proof = json.loads((here / "proof.json").read_text("utf-8"))
statement = json.loads((here / "statement.json").read_text("utf-8"))
def sha(*parts): return hashlib.sha256(b"".join(parts)).digest()
entry = dict(proof["entry"])
previous, digest = bytes.fromhex(entry.pop("previous")), bytes.fromhex(entry.pop("digest"))
body = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
if sha(b"\\1", previous, body) != digest: sys.exit("BROKEN: the entry does not fit its digest")
size = statement["last"] - statement["first"] + 1
place, end, way = entry["number"] - statement["first"], size - 1, sha(b"\\0", digest)
if not 0 <= place < size: sys.exit("BROKEN: the statement is not about this entry")
for other in map(bytes.fromhex, proof["path"]):  # RFC 9162, section 2.1.3.2
    if end == 0: sys.exit("BROKEN: the path is too long")
    if place % 2 or place == end:
        way = sha(b"\\1", other, way)
        while place % 2 == 0 and place: place, end = place // 2, end // 2
    else: way = sha(b"\\1", way, other)
    place, end = place // 2, end // 2
if end or way.hex() != statement["root"]: sys.exit("BROKEN: the path leads to another root")
print("OK: entry", entry["number"], "lies under the root", statement["root"])
print("It says:", entry["kind"], entry["subject"], entry["record"])
'''

_TEXT = """\
WHAT THIS IS

Entry {number} of a ledger: {kind} of {subject}, recorded {at} by {by}.
proof.json holds the entry. A tree of hashes leads from it to one root, statement.json names that
root, and others put their time-stamps on statement.json. What that proves: the entry, word for
word, was there before the time of the time-stamp. It does not prove that what it says is true.

{chinese}

HOW TO CHECK IT, WITHOUT THE SOFTWARE THAT MADE IT

You need Python 3 and openssl. Run the commands in this folder.

1. The entry lies under the root that statement.json names:

    python3 {script}

   The same by hand: SHA-256 of (byte 01, "previous" as 32 bytes, the other keys of "entry" but
   "digest" as JSON with sorted keys and no spaces, UTF-8) is "digest". SHA-256 of (byte 00, digest)
   is "leaf". Each hash of "path" is put beside it, SHA-256 of (byte 01, left, right), up to the
   root (RFC 9162, section 2.1.3).

2. What the entry is about. Where it names the SHA-256 of a file, compare it with the file you have:

    sha256sum FILE

3. The time-stamps. Have each authority's root certificate from the authority itself, and put it in
   place of the .pem here: whoever made a false time-stamp would have put a false root beside it.
{receipts}
"""

_CHINESE = """\
本文件夹证明：账本第 {number} 条记录在时间戳所示时间之前已经存在，且此后一字未改。
它不证明记录内容本身属实。请按下列命令独立核验；根证书请直接向时间戳机构索取。"""

_STAMP = """
   {anchor}

    openssl ts -reply -in {tsr} -text
    openssl ts -verify -data {statement} -in {tsr} -CAfile {pem} -attime {epoch}

   -attime is the time that the first command shows as "Time stamp", in seconds since 1970
   ({when}; `date -ud 'TIME' +%s`). With it the certificate of the authority is
   checked as of then; else openssl refuses a good time-stamp once the certificate has expired."""

_COMMAND = """
   {anchor} left {receipt} for the digest that this prints. What it proves, only {anchor} can say:

    sha256sum {statement}"""


def text_of(proof: Proof, times: Mapping[str, datetime]) -> str:
    """Return the text with the commands.

    :param times: name of a receipt's file -> the time that it states
    """
    entry = proof.entry
    return _TEXT.format(
        number=entry.number,
        kind=_plain(entry.kind),
        subject=_plain(entry.subject),
        at=_plain(entry.at),
        by=_plain(entry.by),
        chinese=_CHINESE.format(number=entry.number),
        script=SCRIPT_NAME,
        receipts="\n".join(_receipts(proof, times)),
    )


def _receipts(proof: Proof, times: Mapping[str, datetime]) -> Iterator[str]:
    for receipt in proof.receipts:
        yield _receipt(receipt, times)


def _receipt(receipt: KeptReceipt, times: Mapping[str, datetime]) -> str:
    anchor = _plain(receipt.anchor)
    if receipt.kind == "command":
        name = shlex.quote(receipt.name("receipt") or "")
        return _COMMAND.format(anchor=anchor, receipt=name, statement=STATEMENT)
    tsr, pem = receipt.name("tsr") or "", receipt.name("pem") or ""
    when = times[tsr]
    return _STAMP.format(
        anchor=anchor,
        tsr=shlex.quote(tsr),
        pem=shlex.quote(pem),
        statement=STATEMENT,
        epoch=int(when.timestamp()),
        when=f"{when:%Y-%m-%d %H:%M:%S} UTC",
    )


def _plain(text: str) -> str:
    """Return text of others on one line, with nothing that steers a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)
