"""Shops whose pages are made by their scripts: a list that grows by clicks, its URL unchanged."""

from __future__ import annotations

import json
from collections.abc import Mapping

from tests.servers.tiny_shop import Answer, Route, links_page

SCRIPT = "text/javascript; charset=utf-8"
JSON = "application/json"

SHELL = Answer(
    '<!doctype html><html lang="en"><head><title>Lantern Shop</title></head><body>'
    "<noscript>Please enable JavaScript to see this shop.</noscript>"
    '<div id="root"></div><script src="/app.js"></script></body></html>'
)

APP = """
const root = document.getElementById('root')
const get = path => fetch(path).then(answer => answer.json())
const product = location.pathname.match(/^\\/goods\\/(\\d+)$/)
if (product) get('/api/goods/' + product[1]).then(good => {
  document.title = good.title
  root.innerHTML = `<main><h1>${good.title}</h1><p class="price">EUR ${good.price}</p>
    <p>A lantern of brass and glass, made by hand.</p><button>Add to cart</button>
    <a href="/">All lanterns</a></main>`
})
else {
  root.innerHTML = '<h1>All lanterns</h1><ul></ul><button class="b">Load more</button>'
  const list = root.querySelector('ul'), button = root.querySelector('.b')
  let page = 0
  const more = () => get('/api/goods?page=' + ++page).then(({goods, last}) => {
    if (REPLACES) list.innerHTML = ''
    for (const good of goods)
      list.insertAdjacentHTML(
        'beforeend', `<li class="card"><a href="/goods/${good.id}">${good.title}</a></li>`)
    if (last) button.remove()
  })
  if (SCROLLS) {
    button.remove()
    list.style.paddingBottom = '3000px'
    root.insertAdjacentHTML('beforeend', '<footer>The end</footer>')
    new IntersectionObserver(seen => { if (seen[0].isIntersecting && page < PAGES) more() })
      .observe(root.querySelector('footer'))
  } else button.onclick = more
  more()
}
"""

MORE = """
const button = document.getElementById('more'), list = document.querySelector('ul')
let page = 1
const get = path => fetch(path).then(answer => answer.json())
button.onclick = () => get('/api/goods?page=' + ++page).then(({goods, last}) => {
  for (const good of goods)
    list.insertAdjacentHTML('beforeend', `<li><a href="/goods/${good.id}">${good.title}</a></li>`)
  if (last) button.remove()
})
"""


def _good(number: int) -> dict[str, object]:
    return {"id": number, "title": f"Lantern {number:03}", "price": f"{10 + number}.90"}


def _api(count: int, page_size: int) -> dict[str, Route]:
    routes: dict[str, Route] = {}
    for number in range(1, count + 1):
        routes[f"/api/goods/{number}"] = _json(_good(number))
    pages = -(-count // page_size)
    for page in range(1, pages + 1):
        numbers = range((page - 1) * page_size + 1, min(page * page_size, count) + 1)
        data = {"goods": [_good(number) for number in numbers], "last": page == pages}
        routes[f"/api/goods?page={page}"] = _json(data)
    return routes


def _json(data: object) -> Answer:
    return Answer(json.dumps(data), headers={"Content-Type": JSON})


def script_shop(
    count: int, page_size: int, *, replaces: bool = False, scrolls: bool = False
) -> Mapping[str, Route]:
    """Return the routes of a shop of ``count`` goods whose every page is a shell.

    :param replaces: a click shows the next goods in place of those before
    :param scrolls: the list grows as its end comes into sight, without a button
    """
    app = APP.replace("REPLACES", json.dumps(replaces)).replace("SCROLLS", json.dumps(scrolls))
    app = app.replace("PAGES", str(-(-count // page_size)))
    shells: dict[str, Route] = {f"/goods/{number}": SHELL for number in range(1, count + 1)}
    script = Answer(app, headers={"Content-Type": SCRIPT})
    return {"/": SHELL, "/app.js": script, **shells, **_api(count, page_size)}


def clicking_shop(count: int, page_size: int, products: Mapping[str, Route]) -> dict[str, Route]:
    """Return the routes of a plain shop, of whose list only the first goods stand in the page."""
    first = links_page(*(f"/goods/{number}" for number in range(1, page_size + 1)))
    button = '<button id="more">加载更多</button><script src="/more.js"></script></body>'
    body = str(first.body).replace("</body>", button)
    script = Answer(MORE, headers={"Content-Type": SCRIPT})
    return {"/": Answer(body), "/more.js": script, **products, **_api(count, page_size)}
