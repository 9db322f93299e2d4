"""Every menu entry and link, followed as each role: nothing is missing, refused or broken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from starlette.routing import Match
from starlette.testclient import TestClient

from console.web.areas import MENU, ROUTES
from console.web.pages import Way
from crawler.workspace import Workspace
from tests.servers.console import signed_in
from tests.servers.office import TEAM, an_office

MOST_ALIKE = 1
"""How many addresses are looked at of one route and the same parameters."""
LONG = 12
"""The same, in the long form."""
SHOWN = {
    "/queue", "/queue/{group}", "/hits/{hit}", "/sellers/{seller}", "/second-looks",
    "/second-looks/agreement", "/lessons", "/lessons/{lesson}", "/account", "/audit",
    "/audit/{subject:path}", "/cases", "/cases/{case}", "/notices", "/notices/{notice}",
    "/registry", "/registry/{right:path}", "/sweeps", "/sweeps/{sweep}", "/overview",
    "/pictures/{sha256}", "/tips", "/tips/{tip}", "/draws", "/draws/{draw}",
}  # fmt: skip
"""What everybody comes by."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return an_office(tmp_path_factory.mktemp("office") / "w")


def way_to(path: str, method: str) -> Way:
    """Return the route that answers."""
    for route in ROUTES:
        found, _ = route.matches({"type": "http", "path": path, "method": method})
        if found is Match.FULL:
            assert isinstance(route, Way)
            return route
    raise AssertionError(f"no route answers {method} {path}")


def links(page: BeautifulSoup) -> Iterator[str]:
    """Yield where one can go from a page without changing anything."""
    for tag in page.select("a[href], img[src], link[href], script[src]"):
        yield str(tag.get("href") or tag.get("src"))
    for form in page.select('form[method="get"]:not(:has([required]))'):
        fixed = [(field["name"], field.get("value", "")) for field in hidden(form)]
        buttons = form.select("button[name]") or [None]
        for button in buttons:
            pressed = [(button["name"], button["value"])] if button else []
            yield f"{form.get('action', '')}?" + "&".join(f"{n}={v}" for n, v in (*fixed, *pressed))


def hidden(form: Tag) -> list[Tag]:
    return form.select('input[type="hidden"]')


def crawl(client: TestClient, most: int) -> Iterator[tuple[str, str, BeautifulSoup | None]]:
    """Yield each address that is reached, where its link stood, and its page if it has one."""
    waiting, seen, alike = [("/", "")], {"/"}, Counter[tuple[str, frozenset[str]]]()
    while waiting:
        url, at = waiting.pop(0)
        parts = urlsplit(url)
        if not parts.path.startswith("/static/") and parts.path != "/":
            names = frozenset(one.partition("=")[0] for one in parts.query.split("&"))
            kind = (way_to(parts.path, "GET").path, names)
            alike[kind] += 1
            if alike[kind] > most:
                continue
        answer = client.get(url)
        assert answer.status_code == 200, (url, "which stands at", at, answer.text[-2000:])
        if not answer.headers["content-type"].startswith("text/html"):
            yield url, at, None
            continue
        page = BeautifulSoup(answer.text, "lxml")
        yield url, at, page
        base = str(answer.url)
        for link in links(page):
            to = urlsplit(urljoin(base, link))
            target = f"{to.path}?{to.query}" if to.query else to.path
            if to.hostname == urlsplit(base).hostname and target not in seen:
                seen.add(target)
                waiting.append((target, url))


@pytest.mark.parametrize("name", TEAM)
def test_every_link_leads_somewhere(office: Workspace, name: str) -> None:
    follow_all(office, name, MOST_ALIKE)


@pytest.mark.long
@pytest.mark.parametrize("name", TEAM)
def test_every_link_leads_somewhere_however_many(office: Workspace, name: str) -> None:
    follow_all(office, name, LONG)


def follow_all(office: Workspace, name: str, most: int) -> None:
    role, reached, refused = TEAM[name], set[str](), set[tuple[str, str]]()
    with signed_in(office, name, role) as client:
        for url, at, page in crawl(client, most):
            path = urlsplit(url).path
            if path != "/" and not path.startswith("/static/"):
                reached.add(way_to(path, "GET").path)
            if page is None:
                continue
            for form in page.select('form[method="post"]'):
                for sent in {str(form.get("action") or path), *formactions(form)}:
                    way = way_to(urlsplit(urljoin(path, sent)).path, "POST")
                    if role not in way.roles:
                        refused.add((way_to(path, "GET").path, way.path))
            assert page.select_one("h1") is not None, (url, at)
    for entry in MENU:
        assert (entry.path in reached) == (role in entry.roles), entry.path
    assert refused == set(), "pages offer what the role may not do"
    assert reached >= SHOWN, "the crawl comes by less than there is"


def formactions(form: Tag) -> list[str]:
    """Return where the buttons of a form send it by POST."""
    buttons = form.select('[formaction]:not([formmethod="get"])')
    return [str(button["formaction"]) for button in buttons]
