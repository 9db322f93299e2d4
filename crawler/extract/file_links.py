"""Links by which a page hands on files: to the file itself, to a share, to peers that have it."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from urllib.parse import unquote_to_bytes, urljoin, urlsplit

from crawler.extract.dom import HtmlElement, text_within
from crawler.extract.values import clean_text
from crawler.model import FileKind, FileLink

MOST_FILES = 500
"""Links to files that are kept of a page."""
MOST_ELEMENTS = 20_000
"""Links that are looked at for them."""
LONGEST_URL = 4_000
_LONGEST_TEXT = 200
_LONGEST_NAME = 500

_ENDINGS: dict[FileKind, str] = {
    "book": "epub mobi azw azw3 fb2 djvu cbz cbr umd chm lrf prc",
    "video": "mp4 m4v mkv avi mov wmv flv f4v rmvb rm webm m3u8 mpd mpg mpeg vob m2ts 3gp",
    "audio": "mp3 flac m4a m4b ape wav ogg oga opus aac wma dsf",
    "archive": "zip rar 7z tar gz tgz bz2 xz cab iso mdf nrg",
    "program": "exe msi apk xapk ipa dmg pkg deb rpm appimage jar",
    "document": "pdf txt doc docx ppt pptx xls xlsx rtf odt ods odp",
    "torrent": "torrent metalink",
}
_KIND_OF = {ending: kind for kind, endings in _ENDINGS.items() for ending in endings.split()}
_ENDING = re.compile(r"\.([a-z0-9]{2,8})$", re.I)
_PEERS = ("magnet", "ed2k", "thunder", "flashget", "qqdl")
_SCHEMES_OF_PEERS = tuple(f"{scheme}:" for scheme in _PEERS)
_DOTTED = re.compile(r"\.([a-z0-9]{2,8})(?=$|[?#&;])")
_TELLING = (
    "down",
    "dl",
    "getfile",
    "get-file",
    "attach",
    "xiazai",
    "=http",
    "=magnet",
    "%3a%2f",
)
"""Words in the address of a download, or of a page that leads on to another address."""
_SCHEMES = frozenset(("http", "https", "ftp", "ftps", *_PEERS))
_TAGS = {
    "a": "href",
    "area": "href",
    "video": "src",
    "audio": "src",
    "source": "src",
    "iframe": "src",
    "embed": "src",
    "object": "data",
}
_CALLED_DOWNLOAD = re.compile(
    r"下载|下載|提取|网盘|網盤|云盘|download|télécharger|herunterladen|descargar|scaricar|скача"
    r"|ダウンロード|다운로드",
    re.I,
)
_DOWNLOAD_PATH = re.compile(
    r"(?:^|[/_.-])(?:down(?:load)?s?|dl|get-?file|attachments?|xiazai)(?:[/_.?=-]|$)", re.I
)
_ADDRESS = re.compile(r"(?:https?://|magnet:|ed2k://|thunder://)", re.I)
_WRITTEN = re.compile(
    r"(?:https?://[^\s<>\"'，。；、）)】]+|magnet:\?[^\s<>\"'，。]+|ed2k://\|[^\s<>\"']+)", re.I
)
"""Addresses that stand in a text as words."""
_CODE = re.compile(r"(?:提取码|访问码|密码|口令|code|pwd)\s*[:：]?\s*\w{3,8}", re.I)
_STREAM = re.compile(r"https?:(?:\\?/){2}[^\s\"'<>]{3,500}?\.m3u8", re.I)
"""What a player on a page is given to show."""
_SAYS_NOTHING = re.compile(
    r"(?:点击|點擊|点此|免费|免費|立即|马上|本地|高速|普通|直接|直链|在线|官方|电信|联通|移动"
    r"|百度|夸克|迅雷|阿里|蓝奏|天翼|城通|磁力|种子|网盘|網盤|云盘|备用|下载|下載|地址|链接|連結"
    r"|全文|全本|整本|完整版|观看|阅读|播放|格式|版|文件|附件|提取码?|密码|线路|click|here|mirror"
    r"|links?|free|now|direct|fast|server|download|file|watch|play|read|online|torrent|magnet"
    r"|epub|mobi|azw3?|pdf|txt|docx?|zip|rar|mp[34]|mkv|hd|sd|\d+[pk]?|[\W_])+",
    re.I,
)
_ROWS = frozenset(("li", "tr", "dd", "p", "article", "section", "div"))


def find_files(root: HtmlElement, url: str) -> tuple[FileLink, ...]:
    """Return the links to files of a page, in its order, each address once.

    At most ``MOST_FILES``. Pictures are no files here; they are compared as pictures.

    :param url: where the page was had from
    """
    base = next((href for e in root.iter("base") if (href := e.get("href"))), "")
    base = _joined(url, base) or url
    found: dict[str, FileLink] = {}
    for element in islice(root.iter(*_TAGS), MOST_ELEMENTS):
        written = (element.get(_TAGS[element.tag]) or element.get("data-src") or "").strip()
        if not (_may_lead(written) or _bears_name(element)):
            continue  # as nearly all
        if len(written) > LONGEST_URL or written.startswith("#"):
            continue
        address = _joined(base, written)
        if address is None or address in found:
            continue
        link = _file_link(element, address)
        if link is not None:
            found[address] = link
            if len(found) == MOST_FILES:
                break
    return tuple(found.values())


def _may_lead(written: str) -> bool:
    """Tell at a glance whether a link may lead to a file, as few do."""
    lowered = written.lower()
    if any(word in lowered for word in _TELLING) or lowered.startswith(_SCHEMES_OF_PEERS):
        return True
    if any(ending in _KIND_OF for ending in _DOTTED.findall(lowered)):
        return True
    scheme, slashes, rest = lowered.partition("//")
    host = rest.partition("/")[0] if slashes and len(scheme) <= len("https:") else ""
    return host != "" and any(".".join(parts) in _hosts() for parts in _ends(host.split(".")))


def _bears_name(element: HtmlElement) -> bool:
    """Tell whether a link is a download by its mark-up, or its words are the name of a file."""
    if element.get("download") is not None:
        return True
    text = (element.text or "").strip()
    return "." in text and _kind_of_name(text) is not None


def _ends(parts: list[str]) -> Iterator[list[str]]:
    return (parts[place:] for place in range(max(0, len(parts) - 4), len(parts) - 1))


def _joined(base: str, written: str) -> str | None:
    scheme = written.partition(":")[0].lower()
    if scheme in _PEERS:
        return written
    try:
        address = urljoin(base, written)
        return address if urlsplit(address).scheme in _SCHEMES else None
    except ValueError:
        return None


def _file_link(element: HtmlElement, address: str) -> FileLink | None:
    name, kind = _named(address)
    is_link = element.tag in ("a", "area")
    words = _words(element) if is_link else None
    if is_link and element.get("download") is not None:
        given = clean_text(element.get("download"), _LONGEST_NAME)
        if given:
            name, kind = given, kind or _kind_of_name(given)
        kind = kind or "download"
    if kind is None and words and (kind := _kind_of_name(words)) is not None:
        name = words
    if kind is None and is_link and _is_called_download(address, words):
        kind = "download"
    if kind is None:
        return None
    if not is_link:
        words = clean_text(element.get("title"), _LONGEST_TEXT)
    elif words is None or _SAYS_NOTHING.fullmatch(words):
        words = _row(element) or words
    return FileLink(url=address, kind=kind, name=name, text=words)


def _named(address: str) -> tuple[str | None, FileKind | None]:
    """Return the name and the kind of what stands at an address; None for no file."""
    scheme, _, rest = address.partition(":")
    scheme = scheme.lower()
    if scheme == "magnet":
        name = next((value for key, value in _pairs(rest.partition("?")[2]) if key == "dn"), None)
        return clean_text(name, _LONGEST_NAME), "torrent"
    if scheme == "ed2k":
        said = rest.split("|")  # ed2k://|file|name|size|hash|/
        return clean_text(_unquoted(said[2]), _LONGEST_NAME) if len(said) > 2 else None, "torrent"
    if scheme in _PEERS:
        return _named_inside(rest.removeprefix("//"))[0], "torrent"
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return None, None
    name = clean_text(_unquoted(parts.path.rpartition("/")[2]), _LONGEST_NAME)
    if _is_share(host, parts.path):
        return None, "share"
    kind = _kind_of_name(name)
    return (name, kind) if kind is not None else _named_by_query(parts.query, name)


def _named_by_query(query: str, name: str | None) -> tuple[str | None, FileKind | None]:
    """Read ``download.php?file=name.epub`` and ``go?url=https://share.example/x``."""
    for _, value in _pairs(query):
        if _ADDRESS.match(value) and not _ADDRESS.search(value, 8):
            inner = _named(value)
            if inner[1] is not None:
                return inner
        file = value.rpartition("/")[2]
        if (kind := _kind_of_name(file)) is not None:
            return clean_text(file, _LONGEST_NAME), kind
    return name, None


def _pairs(query: str) -> Iterator[tuple[str, str]]:
    for pair in query.split("&")[:50]:
        key, _, value = pair.partition("=")
        yield key, _unquoted(value.replace("+", " "))


def _unquoted(text: str) -> str:
    """Return a text without percent signs: of UTF-8, or GB 18030 as older Chinese sites write."""
    data = unquote_to_bytes(text)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("gb18030", "replace")


def _named_inside(packed: str) -> tuple[str | None, FileKind | None]:
    """Return what a ``thunder:`` link holds: ``AA``, an address and ``ZZ`` in base 64."""
    try:
        padded = packed.rstrip("/") + "=" * (-len(packed.rstrip("/")) % 4)
        data = base64.b64decode(padded, validate=True)
    except (binascii.Error, ValueError):
        return None, None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("gb18030", "replace")
    address = text.removeprefix("AA").removesuffix("ZZ")
    if address.lower().startswith(("thunder:", "qqdl:", "flashget:")):
        return None, None
    return _named(address)


def _kind_of_name(name: str | None) -> FileKind | None:
    found = _ENDING.search(name or "")
    return _KIND_OF.get(found[1].lower()) if found else None


def _is_share(host: str, path: str) -> bool:
    for parts in _ends(host.lower().split(".")):
        folders = _hosts().get(".".join(parts))
        if folders is not None:
            return path.strip("/") != "" and any(
                f"{path}/".startswith(f"/{folder}/") if folder else True for folder in folders
            )
    return False


def files_in_words(text: str) -> Iterator[FileLink]:
    """Yield the links that a text writes out, as shares of storage services are handed on.

    :param text: with a line for each block; the words are those of the line, or of the one before
    """
    before = ""
    for line in text.split("\n") if _ADDRESS.search(text) else ():
        for found in _WRITTEN.finditer(line):
            name, kind = _named(found[0])
            if kind is not None and kind != "document":
                bare = _CODE.sub(" ", _WRITTEN.sub(" ", line))
                words = clean_text(before if _SAYS_NOTHING.fullmatch(bare) else bare, _LONGEST_TEXT)
                yield FileLink(url=found[0], kind=kind, name=name, text=words)
        before = line


def files_in_scripts(root: HtmlElement) -> Iterator[FileLink]:
    """Yield the streams that players on a page are given."""
    for script in root.iter("script"):
        text = script.text or ""
        for found in _STREAM.finditer(text[:200_000]) if "m3u8" in text else ():
            address = found[0].replace("\\/", "/")
            yield FileLink(url=address, kind="video", name=_named(address)[0])


@cache
def _hosts() -> dict[str, list[str]]:
    """Return host -> the paths at which its shares begin; an empty one stands for all."""
    found: dict[str, list[str]] = {}
    lines = Path(__file__).with_name("file_hosts.txt").read_text(encoding="utf-8").splitlines()
    for line in lines:
        if line and not line.startswith("#"):
            host, _, folder = line.partition("/")
            found.setdefault(host, []).append(folder)
    return found


def _is_called_download(address: str, words: str | None) -> bool:
    """Tell whether a link to no known kind of file is a download by its words and its address."""
    parts = urlsplit(address)
    return (
        words is not None
        and len(words) <= 80
        and _CALLED_DOWNLOAD.search(words) is not None
        and _DOWNLOAD_PATH.search(f"{parts.path}?{parts.query}") is not None
    )


def _words(element: HtmlElement) -> str | None:
    said = text_within(element, _LONGEST_TEXT) or element.get("title") or ""
    if not said:
        said = next((alt for img in element.iter("img") if (alt := img.get("alt"))), "")
    return clean_text(said, _LONGEST_TEXT)


def _row(element: HtmlElement) -> str | None:
    """Return the words of the row, item or paragraph in which a link stands, if these are few."""
    for step in islice(_above(element), 4):
        text = text_within(step, _LONGEST_TEXT + 1)
        if len(text) > _LONGEST_TEXT:
            return None
        if text and not _SAYS_NOTHING.fullmatch(text):
            return text
    return None


def _above(element: HtmlElement) -> Iterator[HtmlElement]:
    return (step for step in element.iterancestors() if step.tag in _ROWS)
