"""Pictures at their largest size, by what the page names; no address is made up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode, urljoin, urlsplit

from crawler.extract.dom import HtmlElement
from crawler.extract.values import picture_url

_ZOOMED = (
    *("data-zoom-image", "data-large_image", "data-large-image", "data-large", "data-zoom"),
    *("data-full", "data-full-image", "data-full-image-url", "data-original", "data-origin"),
    *(
        "data-original-url",
        "data-hires",
        "data-old-hires",
        "data-zoom-src",
        "data-zoom-img",
        "data-large-src",
    ),
    *("data-big", "data-magnify-src", "data-image", "jqimg"),
)
"""Attributes that hold the address of a larger form than the one that is shown."""
_SHOWN = ("data-src", "data-lazy-src", "data-lazy", "data-echo", "src")
_SETS = ("srcset", "data-srcset", "data-lazy-srcset")
IMAGE_FILE = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)(?:$|[?!_@])", re.I)
_DESCRIPTOR = re.compile(r"(\d+(?:\.\d+)?)([wx])")


def largest_of(img: HtmlElement, url: str) -> str | None:
    """Return the picture at its largest: what it links to, zoom attributes, srcsets, then src."""
    return next((link for said in _addresses(img) if (link := picture_link(url, said))), None)


def _addresses(img: HtmlElement) -> Iterator[str]:
    link = next(img.iterancestors("a"), None)
    if link is not None:
        if IMAGE_FILE.search(href := link.get("href", "")):
            yield href
        yield from (value for name in _ZOOMED if (value := link.get(name)))
    yield from (value for name in _ZOOMED if (value := img.get(name)))
    parent = img.getparent()
    for around in () if parent is None else (parent, parent.getparent()):
        if around is not None and around is not link:
            yield from (value for name in _ZOOMED if (value := around.get(name)))
    picture = next(img.iterancestors("picture"), None)
    sources = [] if picture is None else picture.iter("source")
    sets = [e.get(name, "") for e in (img, *islice(sources, 12)) for name in _SETS]
    if widest := _widest(sets):
        yield widest
    yield from (value for name in _SHOWN if (value := img.get(name)))


def _widest(sets: list[str]) -> str | None:
    """Return the candidate with the most pixels: by width, else by density."""
    best: tuple[float, str] | None = None
    for candidate in (c for srcset in sets for c in re.split(r",\s+", srcset[:20_000].strip())):
        address, _, descriptor = candidate.strip(" ,").partition(" ")
        found = _DESCRIPTOR.fullmatch(descriptor.strip())
        # a width counts before any density: it is in pixels, and no density reaches 20
        size = float(found[1]) * (1000 if found[2] == "w" else 1) if found else 1.0
        if address and (best is None or size > best[0]):
            best = (size, address)
    return best[1] if best else None


def picture_link(url: str, value: object) -> str | None:
    """Return a picture's address: of what an image proxy is asked for, where there is one."""
    found = picture_url(url, value)
    behind = None if found is None else _behind_proxy(found)
    return picture_url(found or url, behind) or found if behind else found


_PROXY_PATH = re.compile(r"/(?:_next/image|_ipx|images?|img|resize|thumb|imageproxy)/?$", re.I)
_SIZES = frozenset(("w", "width", "h", "height", "q", "size"))
_CLOUDFLARE = re.compile(r"/cdn-cgi/image/[^/]*=[^/]*/(.+)$")


def _behind_proxy(link: str) -> str | None:
    """Return what ``/_next/image?url=``, ``/images?src=&w=`` or ``/cdn-cgi/image/.../`` shows."""
    parts = urlsplit(link)
    if found := _CLOUDFLARE.search(parts.path):
        rest = unquote(found[1])
        return rest if rest.startswith(("http://", "https://")) else f"/{rest.lstrip('/')}"
    if not parts.query or not _PROXY_PATH.search(parts.path):
        return None
    query = parse_qs(parts.query)
    named = query.get("url") or query.get("src")
    return named[0] if named and not _SIZES.isdisjoint(query) else None


_SIZE_IN_NAME = re.compile(
    r"(?:-\d{2,4}x\d{2,4}|_(?:\d{2,4}x\d{0,4}|x\d{2,4})(?:_crop_\w+)?(?:@\dx)?)(?=\.\w{3,4}$)"
)
_SIZE_KEYS = frozenset(("width", "height", "w", "h", "crop"))


def largest_named(link: str, source: str) -> str:
    """Return the form of a picture without a size in its name, if the page's source names it."""
    parts = urlsplit(link)
    bare = parts._replace(path=_SIZE_IN_NAME.sub("", parts.path))
    if parts.query and not _SIZE_KEYS.isdisjoint(parse_qs(parts.query)):
        kept = [(k, v) for k, v in parse_qsl(parts.query) if k not in _SIZE_KEYS]
        bare = bare._replace(query=urlencode(kept))
    if bare == parts:
        return link
    name = bare.path.rpartition("/")[2] + (f"?{bare.query}" if bare.query else "")
    escaped = (name, name.replace("&", "&amp;"))
    ends = ('"', "'", " ", "\\", ")", ",", "<", "&quot;")
    known = any(f"/{one}{end}" in source for one in escaped for end in ends)
    return urljoin(link, bare.geturl()) if known else link
