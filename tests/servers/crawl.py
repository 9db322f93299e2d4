"""Fetches URLs with Scrapy in a process of its own and tells what became of each.

``python -m tests.servers.crawl SETTINGS_JSON URL...`` prints one JSON object per URL:
``{"url": ..., "status": 200}`` or ``{"url": ..., "error": "GuardError", "reason": "..."}``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler import guard

ROOT = Path(__file__).resolve().parent.parent.parent
SETTINGS: dict[str, Any] = {
    "LOG_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,
    "USER_AGENT": "markhound-test",
    "HTTPERROR_ALLOW_ALL": True,
    "RETRY_TIMES": 1,
    "DOWNLOAD_TIMEOUT": 5,
    "TWISTED_DNS_RESOLVER": "crawler.guard.GuardResolver",
    "DOWNLOADER_MIDDLEWARES": {"crawler.guard.GuardMiddleware": 950},
}


class FetchSpider(Spider):
    """Fetches each URL once."""

    name = "fetch"

    def __init__(self, urls: list[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.urls = urls

    async def start(self) -> AsyncIterator[Request]:
        for url in self.urls:
            yield Request(url, errback=self.failed, cb_kwargs={"asked": url}, dont_filter=True)

    def parse(self, response: Response, asked: str) -> None:
        tell({"url": asked, "status": response.status})

    def failed(self, failure: Failure) -> None:
        asked = failure.request.cb_kwargs["asked"]  # type: ignore[attr-defined]
        error = failure.value
        tell({"url": asked, "error": type(error).__name__, "reason": str(error)})


def tell(outcome: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(outcome) + "\n")


def fetch(urls: list[str], **settings: Any) -> dict[str, dict[str, Any]]:
    """Return what became of each URL; setting ``PRETEND_PUBLIC`` names one address as public."""
    command = [sys.executable, "-m", "tests.servers.crawl", json.dumps(settings), *urls]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    outcomes = [json.loads(line) for line in done.stdout.splitlines()]
    return {outcome.pop("url"): outcome for outcome in outcomes}


def crawl(url: str, **settings: Any) -> list[dict[str, Any]]:
    """Return the items of ``scrapy crawl structured -a url=URL``, alone, without pipelines."""
    bare = {"ITEM_PIPELINES": "{}", "MARKHOUND_ALLOW_PRIVATE": "1", "DOWNLOAD_DELAY": "0"}
    options = [f"{name}={value}" for name, value in {**bare, **settings}.items()]
    with tempfile.TemporaryDirectory() as folder:
        items = Path(folder) / "items.jsonl"
        command = [sys.executable, "-m", "scrapy", "crawl", "structured", "-a", f"url={url}"]
        command += ["-O", f"{items}:jsonlines", *(part for o in options for part in ("-s", o))]
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in items.read_text().splitlines()]


def main() -> None:
    settings = {**SETTINGS, **json.loads(sys.argv[1])}
    pretended = settings.pop("PRETEND_PUBLIC", None)
    if pretended:
        really = guard.is_public
        guard.is_public = lambda address: address == pretended or really(address)
    process = AsyncCrawlerProcess(settings)
    process.crawl(FetchSpider, urls=sys.argv[2:])
    process.start()


if __name__ == "__main__":
    main()
