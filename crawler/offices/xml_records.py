"""Large XML files, record by record: bounded in memory, and without what XML can be made to do.

No entity is resolved and none may be declared, nothing is loaded from elsewhere, and what lies
between two records is bounded, as is a record itself (libxml2's own limits stay on).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, TypeAlias

from lxml import etree  # type: ignore[import-untyped]  # it has no types

CHUNK = 1 << 16
MOST_WITHOUT_RECORD = 64 * 1024 * 1024
"""Bytes within which a record must end; what is longer is no register."""
MOST_TO_ROOT = 1024 * 1024
"""Bytes within which the root element must begin; a DTD may stand before it."""

Element: TypeAlias = Any
"""An element of lxml, which has no types."""


class XmlError(Exception):
    """The file is no XML that is read; says the line and why."""

    def __init__(self, line: int | None, message: str) -> None:
        self.line, self.message = line, message
        super().__init__(message)


def local_name(element: Element) -> str:
    """Return an element's name without its namespace."""
    return str(etree.QName(element).localname)


def find_root(stream: BinaryIO) -> tuple[str, str]:
    """Return namespace and local name of the root element; the stream is read as far as needed.

    :raises XmlError: when there is none
    """
    parser = _parser(("start",), None)
    read = 0
    try:
        while read < MOST_TO_ROOT and (chunk := stream.read(CHUNK)):
            read += len(chunk)
            parser.feed(chunk)
            for _, element in parser.read_events():
                name = etree.QName(element)
                return name.namespace or "", name.localname
        parser.close()
    except etree.XMLSyntaxError as error:
        raise XmlError(error.lineno or None, f"not XML: {_said(error)}") from error
    raise XmlError(None, f"expected XML, got no element in {read} bytes")


def read_elements(stream: BinaryIO, tags: Sequence[str]) -> Iterator[Element]:
    """Yield the element of each record; an element is empty once the next is asked.

    :param tags: local names of records, in any namespace
    :raises XmlError: when the file breaks off or is no XML, after what came before that
    """
    parser = _parser(("start", "end"), [f"{{*}}{tag}" for tag in tags])
    checked, since = False, 0
    try:
        while chunk := stream.read(CHUNK):
            parser.feed(chunk)
            since += len(chunk)
            for event, element in parser.read_events():
                if not checked:
                    _refuse_entities(element)
                    checked = True
                if event == "end":
                    since = 0
                    yield element
                    _forget(element)
            if since > MOST_WITHOUT_RECORD:
                message = f"no record ends within {MOST_WITHOUT_RECORD:,} bytes"
                raise XmlError(None, message)
        parser.close()
    except etree.XMLSyntaxError as error:
        raise XmlError(error.lineno or None, f"not XML: {_said(error)}") from error


def _parser(events: Sequence[str], tags: Sequence[str] | None) -> Any:  # noqa: ANN401 (lxml has no types)
    return etree.XMLPullParser(
        events=events,
        tag=tags,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _said(error: etree.XMLSyntaxError) -> str:
    return str(error.msg or "the file is empty")[:200]


def _refuse_entities(element: Element) -> None:
    dtd = element.getroottree().docinfo.internalDTD
    if dtd is not None and (names := [entity.name for entity in dtd.iterentities()]):
        message = f"declares the entity {names[0]!r:.80}; files with entities are not read"
        raise XmlError(element.sourceline, message)


def _forget(element: Element) -> None:
    """Let go of a record and of everything before it."""
    element.clear()
    node = element
    while node is not None:
        parent = node.getparent()
        if parent is not None:
            while node.getprevious() is not None:
                del parent[0]
        node = parent
