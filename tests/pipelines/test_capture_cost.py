"""What captures may cost a sweep that flags nothing."""

from __future__ import annotations

import subprocess
import sys

from tests.servers.tiny_shop import Answer, TinyShop

HEAVY = {"warcio", "rfc3161_client", "cv2", "rapidfuzz", "pipelines.evidence.composing"}
"""What only captures, stamps and follow-ups need."""
LOADS = """
import sys
import console.commands.sweeping
import settings
for name in (*settings.ITEM_PIPELINES, *settings.DOWNLOAD_HANDLERS.values()):
    if name:
        __import__(name.rpartition(".")[0])
print(*sys.modules)
"""
FETCHES = """
import gc
import sys
from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings
from crawler.exchange import EXCHANGES, Log
from crawler.fetch import COMPONENTS

class Pages(Spider):
    name = "pages"

    async def start(self):
        yield Request(sys.argv[1], meta={"picture": True} if sys.argv[2] == "picture" else {})

    def parse(self, response):
        logs = [one for one in gc.get_objects() if isinstance(one, Log)]
        noted = sum(len(data) for log in logs for data in log.received or ())
        print(len(response.meta.get(EXCHANGES, ())), noted > len(response.body))

settings = Settings()
settings.setmodule("settings", priority="project")
chosen = {"MARKHOUND_KEEP_EXCHANGES": sys.argv[2] != "off", "MARKHOUND_ALLOW_PRIVATE": True}
settings.setdict(COMPONENTS | chosen | {"LOG_ENABLED": False}, priority="cmdline")
process = AsyncCrawlerProcess(settings)
process.crawl(Pages)
process.start()
"""


def run(code: str, *arguments: str) -> str:
    """Run code in a process of its own; return what it says."""
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_what_captures_need_is_not_loaded_before_something_is_flagged() -> None:
    loaded = set(run(LOADS).split())
    assert "pipelines.sweep.capture" in loaded
    assert loaded & HEAVY == set()


def test_bytes_are_kept_of_pages_alone_and_only_where_captures_are_wanted() -> None:
    with TinyShop({"/p": Answer("<p>mug</p>" * 30_000), "/robots.txt": Answer()}) as shop:
        said = {how: run(FETCHES, f"{shop.url}/p", how).split() for how in ("on", "picture", "off")}
    assert said == {"on": ["1", "True"], "picture": ["0", "False"], "off": ["0", "False"]}
