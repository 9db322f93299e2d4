"""Checking the WARC in a WACZ, and the index that leads into it."""

from __future__ import annotations

import zlib
from collections.abc import Generator, Iterator, Mapping
from io import BytesIO

import orjson
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from pipelines.evidence.checks import Check
from pipelines.evidence.packing import INDEX

MOST_UNPACKED = 1 << 28
"""Bytes of all records of an archive, or ``MOST_TIMES`` its own size where that is more."""
MOST_TIMES = 20
MOST_HEAD = 1 << 22
"""Bytes of a record within which its heads must end: warcio keeps whole lines in memory."""
_GZIP = b"\x1f\x8b"
_PIECE = 1 << 20

Places = Mapping[int, tuple[int, str | None]]
"""Where each record of an archive begins -> its length there, and its URL."""


def check_archive(name: str, data: bytes) -> Generator[Check, None, Places]:
    """Check that each record of a WARC has digests, and that these were compared and are right.

    Return where its records are, as far as it can be read.
    """
    what, end, places = "each record has its digest", 0, dict[int, tuple[int, str | None]]()
    if problem := _bomb(data):
        yield _broken(what, name, problem)
        return places
    iterator = ArchiveIterator(BytesIO(data), check_digests=True)
    try:
        for record in iterator:
            offset = iterator.get_record_offset()
            stream = record.content_stream()
            while stream.read(_PIECE):
                pass
            record_id = record.rec_headers.get_header("WARC-Record-ID")
            subject = f"{name} at {offset} {record.rec_type} {record_id}"
            if problem := _wrong_digest(record):
                yield _broken(what, subject, problem)
            length = iterator.get_record_length()
            places[offset] = (length, record.rec_headers.get_header("WARC-Target-URI"))
            end = offset + length
    except (ArchiveLoadFailed, OSError, ValueError, EOFError) as error:
        yield _broken(what, f"{name} after record {len(places)}", str(error).strip())
        return places
    except Exception as error:  # noqa: BLE001 (warcio raises what it likes on broken data)
        said = f"{type(error).__name__}: {error}"
        yield _broken(what, f"{name} after record {len(places)}", said)
        return places
    if not places:
        yield _broken(what, name, "it holds no record")
    elif end != len(data):
        yield _broken(what, name, f"{len(data) - end} bytes follow its last record")
    else:
        yield Check(what, "holds", name, None, f"{len(places)} records")
    return places


def _wrong_digest(record: ArcWarcRecord) -> str:
    """Say what is wrong with the digests of a record that was read; empty when nothing is."""
    if record.digest_checker.passed is False:
        return "; ".join(map(str, record.digest_checker.problems))
    if not record.rec_headers.get_header("WARC-Block-Digest"):
        return "it has no digest of its block"
    if record.digest_checker.passed is None:
        return "it has a digest that cannot be compared"
    return ""


def check_index(index: bytes, places: Places) -> Iterator[Check]:
    """Check that every line of an index leads to a record of that URL.

    :param places: of the archive to which it leads
    """
    what, whole = "the index leads to its records", True
    for number, line in enumerate(index.decode("utf-8", "replace").splitlines(), 1):
        problem = _wrong_line(line, places)
        if problem:
            whole = False
            yield _broken(what, f"{INDEX} line {number}", problem)
    if whole:
        yield Check(what, "holds", INDEX)


def _wrong_line(line: str, places: Places) -> str:
    try:
        told = orjson.loads(line[max(line.find("{"), 0) :])
        place, length, url = int(told["offset"]), int(told["length"]), told.get("url")
    except (ValueError, TypeError, KeyError, AttributeError):
        return "it leads to no record"
    found = places.get(place)
    if found is None or found[0] != length:
        return "it leads to no record"
    return "" if found[1] == url else f"expected {url}, got {found[1]}"


def _bomb(data: bytes) -> str:
    """Say why an archive must not be unpacked; empty when it may be, though it may be broken."""
    if not data.startswith(_GZIP):
        return ""  # it is as large as it is
    most, total, at = max(MOST_UNPACKED, MOST_TIMES * len(data)), 0, 0
    packed = memoryview(data)
    try:
        while at < len(packed):
            unpacker, start, start_at = zlib.decompressobj(31), b"", at
            while not unpacker.eof and at < len(packed):
                piece = packed[at : at + _PIECE]
                unpacked = unpacker.decompress(piece, _PIECE)
                at += len(piece) - len(unpacker.unconsumed_tail) - len(unpacker.unused_data)
                total += len(unpacked)
                if total > most:
                    return f"unpacked it has more than {most:,} bytes"
                start += unpacked[: max(0, MOST_HEAD - len(start))]
            if problem := _endless_head(start):
                return f"the record at {start_at}: {problem}"
    except zlib.error:
        pass  # the record is named when it is read
    return ""


def _endless_head(start: bytes) -> str:
    """Say which head of a record has no end in its first bytes; empty when none is that long."""
    head, end, rest = start.partition(b"\r\n\r\n")
    if not end:
        head, end, rest = start.partition(b"\n\n")
    if not end and len(start) >= MOST_HEAD:
        return f"expected its head to end within {MOST_HEAD:,} bytes"
    if b"application/http" in head and len(start) >= MOST_HEAD and b"\n\r\n" not in rest:
        return f"expected the head of its answer to end within {MOST_HEAD:,} bytes"
    return ""


def _broken(what: str, subject: str, detail: str) -> Check:
    return Check(what, "broken", subject, None, detail)
