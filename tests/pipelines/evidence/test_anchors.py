"""Anchors that a command reaches."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from crawler.errors import AnchorError
from pipelines.evidence.anchors import CommandAnchor, TimeStampAuthority
from pipelines.evidence.asking import MOST_BYTES

DIGEST = bytes(range(32))


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def anchor(code: str, *, check: str = "", seconds: float = 30) -> CommandAnchor:
    return CommandAnchor(
        name="链", command=python(code), check=python(check) if check else (), seconds=seconds
    )


def test_the_command_is_given_the_digest_and_prints_the_receipt() -> None:
    made = anchor("import sys; sys.stdout.write('receipt of ' + sys.argv[-1])").anchor(DIGEST)
    assert made.files == {"receipt": b"receipt of " + DIGEST.hex().encode()}
    assert (made.gen_time, made.problem) == (None, None)


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("pass", "printed nothing"),
        ("import sys; sys.exit('余额不足')", "status 1: 余额不足"),
        ("import os; os._exit(9)", "status 9: it said nothing"),
        (f"print('x' * {MOST_BYTES + 1})", "got more"),
    ],
)
def test_a_command_that_does_not_do_it(code: str, problem: str) -> None:
    with pytest.raises(AnchorError, match=problem):
        anchor(code).anchor(DIGEST)


def test_a_command_that_is_not_there() -> None:
    with pytest.raises(AnchorError, match="cannot run /no/such: No such file"):
        CommandAnchor(name="x", command=("/no/such",)).anchor(DIGEST)


def test_a_command_that_hangs_is_ended_with_what_it_started(tmp_path: Path) -> None:
    sign = tmp_path / "alive"
    child = f"import time, pathlib; time.sleep(3); pathlib.Path({str(sign)!r}).touch()"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    began = time.monotonic()
    with pytest.raises(AnchorError, match=r"no end after 0\.5 seconds"):
        anchor(parent, seconds=0.5).anchor(DIGEST)
    time.sleep(max(0.0, 3.5 - (time.monotonic() - began)))
    assert not sign.exists()


def test_the_own_check_is_given_digest_and_receipt(tmp_path: Path) -> None:
    receipt = tmp_path / "1.receipt"
    receipt.write_text(DIGEST.hex())
    check = "import sys; sys.exit(open(sys.argv[-1]).read() != sys.argv[-2])"
    assert anchor("pass", check=check).verify(DIGEST, receipt)
    assert not anchor("pass", check=check).verify(bytes(32), receipt)
    with pytest.raises(AnchorError, match="status 2: no network"):
        anchor("pass", check="import os; os.write(2, b'no network'); os._exit(2)").verify(
            DIGEST, receipt
        )


def test_a_root_that_cannot_be_read_is_told_before_anybody_is_asked(tmp_path: Path) -> None:
    authority = TimeStampAuthority(name="x", url="http://127.0.0.1:9/", root=tmp_path / "no.pem")
    with pytest.raises(AnchorError, match=r"cannot read the root certificate .*no\.pem: No such"):
        authority.anchor(DIGEST)
