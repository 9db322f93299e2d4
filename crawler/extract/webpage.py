"""A page that is no listing: its title, all of its text, its pictures and its links to files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import unquote, urljoin, urlsplit

from lxml.etree import iterwalk  # type: ignore[import-untyped]

from crawler.extract.contacts import contacts_in, first_few, ids_of_services
from crawler.extract.dom import HtmlElement, lineage, text_within
from crawler.extract.file_links import (
    MOST_FILES,
    files_in_scripts,
    files_in_words,
    find_files,
)
from crawler.extract.pageparts import is_decor
from crawler.extract.picture_links import IMAGE_FILE, largest_of, picture_link
from crawler.extract.reading import language_of
from crawler.extract.values import clean_text
from crawler.model import Listing, Seller
from crawler.sites import canonical_url, site_of

LONGEST_TEXT = 500_000
"""Code points of a page's text that are compared; a novel has about as many."""
MOST_PICTURES = 60
_LONGEST_TITLE = 500
_SMALL = 100
"""Pixels: a picture said to be smaller on a side is an icon."""
_UNSEEN = frozenset(("script", "style", "noscript", "template", "head", "option", "svg", "canvas"))
_AROUND = frozenset(("nav", "footer", "select", "button"))
_INLINE = frozenset(
    (
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "data",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "img",
        "ins",
        "kbd",
        "label",
        "mark",
        "picture",
        "q",
        "rp",
        "rt",
        "ruby",
        "s",
        "samp",
        "small",
        "source",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
    )
)
"""Tags at which people see no new line."""
_SPACES = re.compile(r"[^\S\n]+")
_BACKGROUND = re.compile(r"background(?:-image)?\s*:[^;]*url\(\s*['\"]?([^'\")]+)", re.I)


def find_page(url: str, root: HtmlElement) -> Listing:
    """Return what a page says that is about no one thing for sale (``target="page"``).

    ``text`` has all that is seen but menus and footer, a line for each block, at most
    ``LONGEST_TEXT`` code points; ``images`` at most ``MOST_PICTURES``, without icons and without
    those that lead to another page of the site, which is theirs; ``seller`` the contacts that the
    page gives.

    :param url: where it was had from
    """
    text = _text(root)
    files = dict.fromkeys(find_files(root, url))
    known = {file.url for file in files}
    others = (*files_in_words(text), *files_in_scripts(root))
    files |= dict.fromkeys(file for file in others if file.url not in known)
    contacts = first_few((*contacts_in(root), *ids_of_services(root)))
    return Listing(
        url=canonical_url(url) or url,
        target="page",
        site=site_of(url),
        title=_title(root) or name_in(url),
        text=text or None,
        images=tuple(dict.fromkeys(islice(_pictures(root, url), MOST_PICTURES))),
        files=tuple(files)[:MOST_FILES],
        seller=Seller(contacts=contacts) if contacts else None,
        language=language_of(root),
    )


def text_page(url: str, text: str) -> Listing:
    """Return what a plain text says, as a page without pictures and links."""
    return Listing(
        url=canonical_url(url) or url,
        target="page",
        site=site_of(url),
        title=name_in(url),
        text=text[:LONGEST_TEXT] or None,
    )


def limits_of(page: Listing) -> Iterator[str]:
    """Say what of a page is too much to be compared."""
    if len(page.text or "") >= LONGEST_TEXT:
        yield f"only the first {LONGEST_TEXT:,} characters of the page are compared"
    if len(page.files) >= MOST_FILES:
        yield f"only the first {MOST_FILES} links to files of the page are compared"
    if len(page.images) >= MOST_PICTURES:
        yield f"only the first {MOST_PICTURES} pictures of the page are compared"


def name_in(url: str) -> str:
    """Return the name by which a URL calls what stands there: its last folder, or its host."""
    parts = urlsplit(url)
    return clean_text(unquote(parts.path.rstrip("/").rpartition("/")[2])) or parts.netloc or url


def _title(root: HtmlElement) -> str | None:
    """Return the page's title, and its first heading where that says something else."""
    said = next((clean_text(e.text, _LONGEST_TITLE) for e in root.iter("title")), None)
    heading = next((text for e in root.iter("h1") if (text := text_within(e, _LONGEST_TITLE))), "")
    if not said or heading in said:
        return said or heading or None
    return f"{heading} | {said}" if heading else said


def _text(root: HtmlElement) -> str:
    parts: list[str] = []
    size = 0
    for piece in _pieces(root):
        parts.append(piece)
        size += len(piece)
        if size > 2 * LONGEST_TEXT:
            break
    lines = (line.strip() for line in _SPACES.sub(" ", "".join(parts)).split("\n"))
    return "\n".join(line for line in lines if line)[:LONGEST_TEXT]


def _pieces(root: HtmlElement) -> Iterator[str]:
    walker = iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, step in walker:
        if event == "start":
            if step.tag in _UNSEEN or step.tag in _AROUND:
                walker.skip_subtree()
                continue
            if step.tag not in _INLINE:
                yield "\n"
            if step.text:
                yield step.text.replace("\n", " ") if step.tag != "pre" else step.text
        elif step is not root:
            if event == "end" and step.tag not in _INLINE:
                yield "\n"
            if step.tail:
                yield step.tail.replace("\n", " ")


def _pictures(root: HtmlElement, url: str) -> Iterator[str]:
    own = canonical_url(url)
    for element in root.iter("img", "a", "video", "meta", "div", "section", "span", "li"):
        if element.tag == "img":
            if _may_be_work(element, url, own) and (link := largest_of(element, url)):
                yield link
        elif element.tag == "a" and not len(element):
            if IMAGE_FILE.search(href := element.get("href", "")) and (
                link := picture_link(url, href)
            ):
                yield link
        elif (said := _said(element)) and (link := picture_link(url, said)):
            yield link


def _said(element: HtmlElement) -> str | None:
    """Return the picture that an element other than ``img`` has."""
    if element.tag == "meta":
        return element.get("content") if element.get("property") == "og:image" else None
    if element.tag == "video":
        said: str | None = element.get("poster")
        return said
    style = element.get("style")
    found = _BACKGROUND.search(style) if style and "url(" in style else None
    return found[1] if found else None


def _may_be_work(img: HtmlElement, url: str, own: str | None) -> bool:
    """Tell whether a picture is the page's own: no icon, and it leads to no other page."""
    sizes = [img.get(side, "").removesuffix("px") for side in ("width", "height")]
    if is_decor(img) or any(size.isdigit() and int(size) < _SMALL for size in sizes):
        return False
    for step in lineage(img):
        if step.tag == "footer":
            return False
        if step.tag == "a" and (href := step.get("href")) and not IMAGE_FILE.search(href):
            return not _leads_away(href, url, own)
    return True


def _leads_away(href: str, url: str, own: str | None) -> bool:
    """Tell whether a link leads to another page of the same site, where the picture is looked at.

    A picture that leads to another site is this page's: the other one is not swept.
    """
    try:
        target = canonical_url(urljoin(url, href))
    except ValueError:
        return False
    return target is not None and target != own and site_of(target) == site_of(url)
