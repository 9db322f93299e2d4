"""A workspace whose hits are judged, for tests of cases and notices in the console."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from starlette.testclient import TestClient

from crawler.model import Judgement, Listing, Seller
from crawler.store.hits import load_hit, record_judgement
from crawler.workspace import Workspace, open_workspace
from tests.servers.judged import fill_workspace, now
from tests.servers.mail import MailServer, use
from tests.servers.stored_hits import a_listing

BEST = Seller(name="Best Bags 优品", id="s-77", contacts=("weixin:bestbags88", "tel:+8610555"))
OTHER = Seller(name="金源 <b>皮具</b>", id="s-78", contacts=("weixin:bestbags88",))
LISTINGS = (
    a_listing(url="https://shop.example/p/1", seller=BEST),
    a_listing(
        url="https://shop.example/p/2", seller=BEST, title="<script>alert(1)</script>\u202e包"
    ),
    a_listing(url="https://shop.example/p/3", seller=OTHER),
)


def judged_workspace(
    folder: Path,
    mail: MailServer | None = None,
    listings: Sequence[Listing] = LISTINGS,
    *,
    allow_private: bool = False,
) -> tuple[Workspace, list[str]]:
    """Return a workspace and its hits, all judged infringing; nothing is captured in it.

    :param mail: by which it sends, at once
    """
    workspace, hits = fill_workspace(folder, listings=listings, allow_private=allow_private)
    judge_all(workspace, hits)
    if mail is not None:
        use(folder, mail, more="cancel_minutes = 0")
    settings = folder / "markhound.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('capture = "flagged"', 'capture = "off"'), encoding="utf-8")
    return open_workspace(folder), hits


def judge_all(workspace: Workspace, hits: Sequence[str]) -> None:
    """Judge hits infringing, by what is found of them now."""
    with workspace.store() as db:
        for hit in hits:
            found = load_hit(db, workspace.pictures, hit).findings
            judgement = Judgement(
                id=f"j-{hit}-{found}", hit=hit, findings=found, decision="infringing", by="李伟",
                authenticated=True, reason="品牌从未生产过此款", judged_at=now(),
            )  # fmt: skip
            record_judgement(db, judgement)


class _Shop(BaseHTTPRequestHandler):
    """Shows one listing at every address but robots.txt."""

    def do_GET(self) -> None:
        is_listing = not self.path.endswith("robots.txt")
        seller = {"@type": "Organization", "name": BEST.name}
        offer = {"@type": "Offer", "price": "19.90", "priceCurrency": "CNY", "seller": seller}
        product = {"@context": "https://schema.org", "@type": "Product", "offers": offer}
        product["name"] = LISTINGS[0].title
        body = f'<script type="application/ld+json">{json.dumps(product)}</script>'
        page = f"<!doctype html><title>bag</title>{body}<h1>{LISTINGS[0].title}</h1>".encode()
        self.send_response(200 if is_listing else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page) if is_listing else 0))
        self.end_headers()
        if is_listing:
            self.wfile.write(page)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def one_listing_shop() -> Iterator[str]:
    """Serve one listing on loopback; return the shop's address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Shop) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def wait_for(client: TestClient, subject: str) -> str:
    """Wait until the job about a subject has ended; return what its page says."""
    for _ in range(600):
        answer = client.get(f"/notices/progress/{subject}")
        assert answer.status_code == 200, answer.text
        if "hx-refresh" in answer.headers:
            return answer.text
        time.sleep(0.05)
    raise AssertionError(f"the job about {subject} did not end")
