"""Which column of a table is which field of a right: mapping files, and the tables that are known.

A mapping file is TOML (docs/reference/office-registers.md). The tables that are known without one
are mappings as well: CNIPA's columns as its search and its gazettes name them, the research data
set of the USPTO (``case_file.csv``), lists of EUIPO and TMview, and the EU's register of
geographical indications (eAmbrosia); a column that is not named here is told as left.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, ClassVar, get_args

from crawler.errors import FileFormatError, Problem
from crawler.model import RightKind
from crawler.tables import TableForm
from crawler.toml_files import load_toml

PLAIN = ("id", "kind", "name", "office", "application", "registration", "status", "expires", "term")
LISTS = ("variants", "jurisdictions", "classes", "goods", "images", "origin", "tags")
HOLDER = tuple(
    f"holder.{key}" for key in ("name", "country", "email", "address", "phone", "website")
)
FIELDS = (*PLAIN, *LISTS, *HOLDER)
"""``term``: a text with two days, of which the later is the last day of the right;
``application``: a number that is in no right of ours, other than in its id."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TableMapping:
    """How a table is read as rights."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    columns: Mapping[str, str]
    """Head of a column -> field; several columns may be of one list."""
    id: str = ""
    """Id of a right with fields in braces, as ``DE-{registration}``; empty = code of the office and
    its number."""
    constants: Mapping[str, str | list[str]] = field(default_factory=dict)
    """Field -> what it is in every row that does not say otherwise."""
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Field -> word of the table -> ours."""
    encoding: str | None = None
    """Name of a charset; None = UTF-8, or else GB 18030."""
    separator: str | None = None
    """What stands between columns; None = found out."""
    sheet: str | None = None
    """Name of the sheet of a workbook; None = the first one that has the columns."""
    within: str = ";"
    """What stands between several values of a cell; empty = a cell is one value."""
    dates: tuple[str, ...] = ()
    """How days are written, as ``%d.%m.%Y``; none = year, month, day."""
    several_rows: bool = False
    """Whether rows of the same right follow each other, each with some of its classes or goods."""
    strict: bool = True
    """Whether a value that cannot be read refuses the file; else it is left out and told."""

    @property
    def form(self) -> TableForm:
        """Return what it says of the file itself."""
        return TableForm(encoding=self.encoding, separator=self.separator, sheet=self.sheet)

    def fits(self, heads: Sequence[str]) -> bool:
        """Say whether a row has the heads of all of its columns."""
        told = frozenset(map(plain_head, heads))
        return all(plain_head(head) in told for head in self.columns)


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownTable:
    """A table that is read without a mapping file."""

    name: str
    needs: tuple[frozenset[str], ...]
    """Heads by which it is known: one of each of these."""
    mapping: TableMapping


def plain_head(head: str) -> str:
    """Return a column's head as it is compared: without width, case and blanks."""
    return "".join(unicodedata.normalize("NFKC", head).casefold().split())


def load_mapping(path: Path) -> TableMapping:
    """Read a mapping file.

    :raises InputError: when it cannot be read, or does not say what it must
    """
    mapping = load_toml(TableMapping, path, "a mapping")
    problems = [
        Problem(path=path, line=None, where=where, message=message)
        for where, message in _wrong(mapping)
    ]
    if problems:
        raise FileFormatError(problems)
    return mapping


def _wrong(mapping: TableMapping) -> Iterator[tuple[str, str]]:
    known = ", ".join(FIELDS)
    named = {**{f"columns.{head}": name for head, name in mapping.columns.items()}}
    named |= {f"{part}.{key}": key for part in ("constants", "values")
              for key in getattr(mapping, part)}  # fmt: skip
    for where, name in named.items():
        if name not in FIELDS:
            yield where, f"no field is called {name!r:.80}; expected one of {known}"
    if not mapping.columns:
        yield "columns", "expected a column at the least"
    given = {*mapping.columns.values(), *mapping.constants}
    if not mapping.id and not ({"id"} & given or given & {"registration", "application"}):
        yield "id", "expected an id, or a column with a number of the office"
    kind = mapping.constants.get("kind")
    if kind is None and "kind" not in given:
        yield "constants.kind", f"expected what the rights are: {', '.join(get_args(RightKind))}"
    yield from _wrong_forms(mapping)


def _wrong_forms(mapping: TableMapping) -> Iterator[tuple[str, str]]:
    if mapping.separator is not None and len(mapping.separator) != 1:
        yield "separator", f"expected one character, got {mapping.separator!r:.80}"
    if mapping.encoding is not None:
        try:
            "".encode(mapping.encoding)
        except (LookupError, ValueError):
            yield "encoding", f"no charset is called {mapping.encoding!r:.80}"
    for form in mapping.dates:
        day = date(2031, 5, 28)
        if any(part not in form for part in ("%d", "%m")) or not {"%Y", "%y"} & _parts(form):
            message = f"expected day, month and year, as {day:%d.%m.%Y} is %d.%m.%Y; got {form!r}"
            yield "dates", message


def _parts(form: str) -> set[str]:
    return {form[at : at + 2] for at in range(len(form))}


def _known(name: str, needs: Sequence[str], columns: Mapping[str, str], **more: Any) -> KnownTable:  # noqa: ANN401 (keys of TableMapping)
    heads = {plain_head(head): of for of, said in columns.items() for head in said.split("|")}
    mapping = TableMapping(columns=heads, strict=False, **more)
    wanted = tuple(frozenset(map(plain_head, one.split("|"))) for one in needs)
    return KnownTable(name=name, needs=wanted, mapping=mapping)


_NUMBERS = "注册号|申请/注册号|注册/申请号|注册号/申请号|申请号/注册号|商标注册号|注册证号|商标号"
_MARKS = "商标名称|商标|商标名|商标文字"

CNIPA = _known(
    "a table of CNIPA",
    (f"{_NUMBERS}|申请号", _MARKS),
    {
        "registration": _NUMBERS,
        "application": "申请号",
        "name": _MARKS,
        "variants": "商标英文|英文名称|商标英文名称|拼音|商标拼音",
        "classes": "国际分类|国际分类号|国际分类值|类别|类别号|类号|商标类别|商标分类|分类"
        "|尼斯分类",
        "holder.name": "申请人|申请人名称|申请人名称(中文)|申请人(中文)|注册人|注册人名称|权利人"
        "|商标权人|权利人名称|商标权利人|商标注册人|持有人",
        "holder.address": "申请人地址|申请人地址(中文)|注册人地址|地址",
        "holder.country": "国家|国别|国家/地区|国别/地区",
        "status": "商标状态|状态|法律状态|商标状态描述",
        "term": "专用权期限|有效期|专用期限|有效期限|专用权期间|商标专用权期限|注册有效期",
        "expires": "专用权期限结束|专用权截止日期|有效期至|截止日期|到期日|到期日期|专用期止"
        "|专用权到期日|专用权结束日期|有效期截止日期|专用权期限至|注册有效期至",
        "goods": "商品/服务|商品服务|商品/服务项目|商品服务项目|商品|商品名称|核定使用商品"
        "|核定使用商品/服务|核定商品|指定商品/服务|商品/服务列表|商品/服务名称|指定商品"
        "|核定使用商品/服务项目|核定服务项目",
        "images": "商标图样|商标图片|商标图像|商标图形|图样|图片|图像|商标标识|标识",
    },
    constants={"kind": "trademark", "office": "CN"},
    id="CN-{number}-{classes}",
    several_rows=True,
    values={
        "holder.country": {"中国": "CN", "中国大陆": "CN", "美国": "US", "日本": "JP", "韩国": "KR"}
        | {"德国": "DE", "法国": "FR", "英国": "GB", "意大利": "IT", "瑞士": "CH", "西班牙": "ES"}
        | {"中国香港": "HK", "香港": "HK", "中国台湾": "TW", "台湾": "TW", "中国澳门": "MO"}
    },
)
USPTO_CASES = _known(
    "USPTO's research data set of case files (case_file.csv)",
    ("serial_no", "mark_id_char"),
    {
        "application": "serial_no",
        "registration": "registration_no",
        "name": "mark_id_char",
        "status": "cfh_status_cd",
    },
    constants={"kind": "trademark", "office": "US"},
)
MARK_LISTS = _known(
    "a list of EUIPO or TMview",
    ("application number", "trade mark name|trademark name|mark name"),
    {
        "application": "application number",
        "registration": "registration number",
        "name": "trade mark name|trademark name|mark name",
        "office": "trade mark office|trademark office|office",
        "classes": "nice class|nice classes|nice classification|nice class number",
        "status": "trade mark status|trademark status|status",
        "expires": "expiry date|expiration date",
        "holder.name": "owner|owner name|applicant|applicant name|holder",
        "images": "graphic representation|image",
        "jurisdictions": "designated territory|designated territories|territory",
        "goods": "goods and services",
    },
    constants={"kind": "trademark", "office": "EM"},
)
EAMBROSIA = _known(
    "the EU's register of geographical indications (eAmbrosia)",
    ("file number", "protected name|protected names|name|names"),
    {
        "registration": "file number",
        "name": "protected name|protected names|name|names",
        "variants": "transcription|transcriptions|transliteration",
        "status": "status",
        "goods": "product category|product type|class of product|category",
    },
    constants={"kind": "geographical_indication", "office": "European Commission"}
    | {"jurisdictions": "EU"},
    id="EU-{registration}",
    within="/",
)
KNOWN_TABLES = (CNIPA, USPTO_CASES, MARK_LISTS, EAMBROSIA)


def find_known_table(heads: Sequence[str]) -> KnownTable | None:
    """Return the known table that has these columns; None when none is known."""
    told = frozenset(map(plain_head, heads))
    for table in KNOWN_TABLES:
        if all(needed & told for needed in table.needs):
            return table
    return None
