"""Writing a right in the console: the same checks as for a registry file, a version of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from itertools import zip_longest
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pydantic import ValidationError
from starlette.datastructures import UploadFile
from starlette.responses import Response

from console.web.pages import action, page
from console.web.routes.registry import MAY_EDIT, today_of
from console.web.routes.registry_import import read_picture
from console.web.visits import Visit, parse_number
from crawler.errors import InputError, NotAllowedError, NotFoundError
from crawler.formats import dump_record, parse_record, problems_of
from crawler.model import Right
from crawler.registry import check_right
from crawler.right_changes import find_changes
from crawler.selection import KINDS
from crawler.store.database import now, writing
from crawler.store.right_facts import find_newest
from crawler.store.right_history import record_edit
from crawler.uploads import plain_name

LINES = ("variants", "goods", "origin", "jurisdictions", "classes", "tags", "prices")
"""Fields that are typed a line each."""
PLAIN = ("name", "office", "registration", "status", "expires")
HOLDER = ("name", "country", "email", "phone", "address", "website")
LONGEST = 2**20
"""Characters of a field; goods and registered texts are long."""
MORE_LICENSEES = 3
"""Empty rows for licensees below those that are there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """A right as it stands in the form, and what is wrong with it."""

    values: Mapping[str, str]
    """By field; those of the holder with a dot, lists with a line for each item."""
    licensees: tuple[tuple[str, str], ...]
    """Seller and site of each row."""
    images: Mapping[str, str] = field(default_factory=dict)
    """Path -> SHA-256 of the pictures that it has."""
    texts: tuple[str, ...] = ()
    dropped: frozenset[str] = frozenset()
    """Names of the boxes that are ticked: pictures and texts that go."""
    problems: Mapping[str, str] = field(default_factory=dict)
    """Field -> what is wrong with it; the empty field is the whole."""

    def wrong(self, name: str) -> str:
        """Return what is wrong with a field or a part of it, in one line; empty for nothing."""
        return "; ".join(
            message
            for where, message in self.problems.items()
            if where == name or where.startswith(f"{name}.")
        )


def new_right(visit: Visit) -> Response:
    """Show the empty form."""
    form = Form(values={"kind": "trademark", "status": "registered"}, licensees=())
    return _page(visit, form, "", 0)


def edit_right(visit: Visit) -> Response:
    """Show the form with the newest version of a right."""
    right, pictures, version = _newest(visit, visit.part("right"))
    return _page(visit, _form_of(right, pictures), right.id, version)


def _newest(visit: Visit, right_id: str) -> tuple[Right, Mapping[str, str], int]:
    for found in find_newest(visit.db, [right_id]):
        return found
    raise NotFoundError(f"no right has the id {right_id!r}; `markhound registry list` has all")


def _page(
    visit: Visit, form: Form, right_id: str, version: int, status: int = HTTPStatus.OK
) -> Response:
    rows = (*form.licensees, *(("", ""),) * MORE_LICENSEES)
    return visit.render(
        "right_form.html",
        status=status,
        form=form,
        rows=rows,
        right_id=right_id,
        version=version,
        kinds=KINDS,
        reason=visit.field("reason"),
    )


def _form_of(right: Right, pictures: Mapping[str, str]) -> Form:
    data = dump_record(right, keep_empty=True)
    values = {name: str(data[name] or "") for name in ("id", "kind", *PLAIN)}
    for name in LINES:
        values[name] = "\n".join(map(str, data[name])) if name != "prices" else ""
    values["prices"] = "\n".join(f"{currency} {price}" for currency, price in right.prices.items())
    if data["holder"]:
        values |= {f"holder.{name}": data["holder"][name] or "" for name in HOLDER}
    return Form(
        values=values,
        licensees=tuple((one.seller or "", one.site or "") for one in right.licensees),
        images={image: pictures.get(image, "") for image in right.images},
        texts=right.texts,
    )


def do_new(visit: Visit) -> Response:
    """Take a new right in."""
    right_id = visit.field("id")
    if right_id and any(find_newest(visit.db, [right_id])):
        form = _sent(visit, Form(values={}, licensees=()))
        wrong = {"id": visit.say("registry_form.taken", id=right_id)}
        return _refused(visit, form, wrong, "", 0)
    return _save(visit, right_id, None, {}, 0)


def do_edit(visit: Visit) -> Response:
    """Take a new version of a right in."""
    right, pictures, version = _newest(visit, visit.part("right"))
    return _save(visit, right.id, right, pictures, version)


def _save(
    visit: Visit, right_id: str, old: Right | None, pictures: Mapping[str, str], version: int
) -> Response:
    known = Form(values={}, licensees=()) if old is None else _form_of(old, pictures)
    form = _sent(visit, known)
    try:
        added = _keep_pictures(visit)
    except InputError as error:
        return _refused(visit, form, {"images": str(error)}, right_id if old else "", version)
    data = {**_data(form), "id": right_id}
    kept = {i: d for i, d in form.images.items() if f"image:{i}" not in form.dropped}
    data["images"] = [*kept, *added]
    texts = [t for n, t in enumerate(form.texts) if f"text:{n}" not in form.dropped]
    data["texts"] = [*texts, *([form.values["new_text"]] if form.values["new_text"] else [])]
    try:
        right = parse_record(Right, data)
        found = [p for p in check_right(right, today_of(visit)) if p.severity == "error"]
    except ValidationError as error:
        found = list(problems_of(error, Path("right"), None, "a right"))
    wrong = {p.where: p.message for p in found}
    if not visit.field("reason"):
        wrong["reason"] = visit.say("registry_form.needs_reason")
    if wrong:
        return _refused(visit, form, wrong, right_id if old else "", version)
    had = {image: digest for image, digest in kept.items() if digest}
    return _record(visit, old, pictures, right, had | added)


def _record(
    visit: Visit,
    old: Right | None,
    pictures: Mapping[str, str],
    right: Right,
    chosen: Mapping[str, str],
) -> Response:
    asked = visit.field("version")
    with writing(visit.db):
        newest = next((v for _, _, v in find_newest(visit.db, [right.id])), 0)
        if str(newest) != asked:
            raise NotAllowedError(visit.say("registry_form.changed", id=right.id))
        fields = dict.fromkeys(c.field for c in find_changes(old, right, pictures, chosen))
        record_edit(
            visit.db,
            right,
            chosen,
            visit.actor,
            fields=list(fields),
            reason=visit.field("reason"),
            at=now(),
        )
    return visit.redirect(f"/registry/{quote(right.id)}", said="saved")


def _refused(
    visit: Visit, form: Form, wrong: Mapping[str, str], right_id: str, version: int
) -> Response:
    shown = replace(form, problems=wrong)
    number = parse_number(visit.field("version"), version)
    return _page(visit, shown, right_id, number, HTTPStatus.UNPROCESSABLE_ENTITY)


def _sent(visit: Visit, known: Form) -> Form:
    """Return the form as it was sent; what cannot be typed is as it is known."""
    names = ["id", "kind", *PLAIN, *LINES, *(f"holder.{part}" for part in HOLDER), "new_text"]
    sellers, sites = visit.fields("licensee_seller"), visit.fields("licensee_site")
    rows = zip_longest(sellers, sites, fillvalue="")
    return Form(
        values={n: visit.field(n, most=LONGEST).replace("\r\n", "\n") for n in names},
        licensees=tuple((a.strip(), b.strip()) for a, b in rows if a.strip() or b.strip()),
        images=known.images,
        texts=known.texts,
        dropped=frozenset(visit.fields("drop")),
    )


def _data(form: Form) -> dict[str, Any]:
    """Return what the form says, as a registry file would."""
    data: dict[str, Any] = {"kind": form.values["kind"]}
    data |= {name: form.values[name] or None for name in PLAIN}
    data |= {name: _lines(form, name) for name in LINES if name not in ("classes", "prices")}
    data["classes"] = [parse_number(n, 0) or n for n in _split(form, "classes")]
    data["prices"] = dict(_prices(_lines(form, "prices")))
    holder = {part: form.values[f"holder.{part}"] or None for part in HOLDER}
    data["holder"] = {k: v for k, v in holder.items() if v} if any(holder.values()) else None
    data["licensees"] = [
        {key: value for key, value in (("seller", seller), ("site", site)) if value}
        for seller, site in form.licensees
    ]
    return data


def _lines(form: Form, name: str) -> list[str]:
    return [line.strip() for line in form.values[name].splitlines() if line.strip()]


def _split(form: Form, name: str) -> list[str]:
    return re.findall(r"[^\s,\uff0c\u3001]+", form.values[name])


def _prices(lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        currency, _, price = line.partition(" ")
        yield currency, price.strip()


def _keep_pictures(visit: Visit) -> dict[str, str]:
    """Keep the pictures that were sent along; return path -> SHA-256.

    :raises InputError: when one of them is none
    """
    found: dict[str, str] = {}
    for sent in visit.form.getlist("pictures"):
        if not (isinstance(sent, UploadFile) and sent.filename):
            continue
        digest = visit.workspace.pictures.keep(read_picture(sent))
        found[f"console/{digest[:12]}/{plain_name(sent.filename)}"] = digest
    return found


ROUTES = (
    page("/registry/-/new", new_right, roles=MAY_EDIT),
    action("/registry/-/new", do_new, roles=MAY_EDIT),
    page("/registry/-/edit/{right:path}", edit_right, roles=MAY_EDIT),
    action("/registry/-/edit/{right:path}", do_edit, roles=MAY_EDIT),
)
