"""One record of an office's XML: what is taken from it, and what is left."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from crawler.offices.xml_records import Element, local_name


class Record:
    """An element whose parts are found by their local names, as schemas change their namespaces."""

    def __init__(self, element: Element) -> None:
        self.element = element
        self._taken: set[Element] = set()

    def elements(self, path: str, within: Element | None = None) -> list[Element]:
        """Return the elements at a path of local names, as ``A/B``; ``.//B`` is at any depth."""
        start = self.element if within is None else within
        return list(start.findall(_any_namespace(path)))

    def texts(self, path: str, within: Element | None = None) -> list[str]:
        """Take the texts at a path that say anything."""
        return [text for _, text in self.told(path, within)]

    def told(self, path: str, within: Element | None = None) -> list[tuple[str, str]]:
        """Take the texts at a path that say anything, each with its language code, if any."""
        found = []
        for element in self.elements(path, within):
            self._taken.add(element)
            if text := (element.text or "").strip():
                found.append((_language(element), text))
        return found

    def text(self, path: str, within: Element | None = None) -> str:
        """Take the first text at a path; empty when there is none."""
        texts = self.texts(path, within)
        return texts[0] if texts else ""

    def attribute(self, name: str) -> str:
        """Return an attribute of the record by its local name; empty when there is none."""
        for key, value in self.element.attrib.items():
            if str(key).rpartition("}")[2] == name:
                return str(value).strip()
        return ""

    def left(self) -> Iterator[str]:
        """Yield the names of what says anything and was not taken: ``Part/Element``."""
        for part in self.element:
            top = local_name(part)
            for element in part.iter():
                if len(element) or element in self._taken:
                    continue
                if element.text and not element.text.isspace():
                    name = local_name(element)
                    yield top if element is part else f"{top}/{name}"


@lru_cache(maxsize=512)
def _any_namespace(path: str) -> str:
    parts = (part if part in ("", ".", "..") else f"{{*}}{part}" for part in path.split("/"))
    return "/".join(parts)


def _language(element: Element) -> str:
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] in ("languageCode", "lang"):
            return str(value)
    return ""
