"""One Chromium process: started without a way to the network but a gate, measured, killed."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Self

from crawler.browser.cdp import Connection
from crawler.browser.memory import Part, find_parts
from crawler.errors import RenderError

logger = logging.getLogger(__name__)

START_SECONDS = 30.0
HEAP_MB = 256
"""Of the scripts of one page; a page that wants more loses its process, and only that."""

FLAGS = (
    "--headless",
    "--remote-debugging-pipe",
    # No way to the network beside the gate of a tab's context; port 1 answers nobody.
    "--proxy-server=http://127.0.0.1:1",
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
    "--dns-prefetch-disable",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-client-side-phishing-detection",
    "--disable-sync",
    "--no-pings",
    "--no-first-run",
    "--no-default-browser-check",
    # What a plain fetch accepts (Scrapy's DOWNLOAD_VERIFY_CERTIFICATES) must not fail here.
    "--ignore-certificate-errors",
    # Nothing is seen or heard, so nothing is drawn that can be left out.
    "--blink-settings=imagesEnabled=false",
    "--disable-remote-fonts",
    "--disable-gpu",
    "--in-process-gpu",
    "--mute-audio",
    "--hide-scrollbars",
    "--autoplay-policy=user-gesture-required",
    "--block-new-web-contents",
    "--disable-extensions",
    "--disable-default-apps",
    "--disable-breakpad",
    "--disable-crash-reporter",
    "--disable-dev-shm-usage",
    "--disable-hang-monitor",
    "--disable-ipc-flooding-protection",
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-features=IsolateOrigins,site-per-process,Translate,BackForwardCache,"
    "MediaRouter,OptimizationHints,AutofillServerCommunication,SpareRendererForSitePerProcess",
    "--password-store=basic",
    "--use-mock-keychain",
    f"--js-flags=--max-old-space-size={HEAP_MB}",
    "--lang=en",
)

NOT_DRAWN = ("--blink-settings=imagesEnabled=false", "--disable-remote-fonts")
"""Those of the flags that a browser whose pages are photographed goes without."""

_AS_3_AND_4 = (
    "import os, sys; s = int(sys.argv[1]); os.dup2(s, 3); os.dup2(s, 4);"
    " os.execv(sys.argv[2], sys.argv[2:])"
)
"""The browser reads messages from descriptor 3 and writes them to 4."""


class Browser:
    """A running browser."""

    def __init__(
        self, process: subprocess.Popen[bytes], connection: Connection, folder: Path
    ) -> None:
        self._process = process
        self.folder = folder
        self.connection = connection

    @classmethod
    async def start(cls, program: Path, user_agent: str, *, draws: bool = False) -> Self:
        """Start one.

        :param user_agent: how it calls itself, to every host
        :param draws: whether it shows pictures and the page's own fonts
        :raises RenderError: it does not start; with what it said
        """
        folder = Path(tempfile.mkdtemp(prefix="markhound-browser-"))
        ours, theirs = socket.socketpair()
        said = folder / "stderr"
        command = [sys.executable, "-I", "-S", "-c", _AS_3_AND_4, str(theirs.fileno())]
        flags = [flag for flag in FLAGS if not (draws and flag in NOT_DRAWN)]
        command += [str(program), *flags, f"--user-agent={user_agent}"]
        command.append(f"--user-data-dir={folder / 'profile'}")
        if os.geteuid() == 0:
            command.append("--no-sandbox")  # Chromium refuses its sandbox to root
        with said.open("wb") as errors:
            # A session of its own: Ctrl-C on the terminal is for us, who then end it in order.
            process = subprocess.Popen(  # noqa: ASYNC220, S603 (forks in a millisecond; the program that was chosen)
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        theirs.close()
        browser = cls(process, await Connection.open(ours), folder)
        try:
            async with asyncio.timeout(START_SECONDS):
                await browser.connection.send("Browser.getVersion")
        except Exception as error:  # whatever it is, nothing of the browser may stay behind
            words = said.read_text(errors="replace").strip().splitlines()[-1:]
            await browser.kill()
            reason = words[0][:300] if words else repr(error)
            raise RenderError(f"the browser {program} does not start: {reason}") from error
        return browser

    @property
    def is_gone(self) -> bool:
        """Whether it has ended."""
        return self.connection.closed.done()

    def parts(self) -> list[Part]:
        """Return its processes with their memory; none where the system does not tell."""
        return find_parts(self._process.pid) or []

    async def answers(self, seconds: float) -> bool:
        """Tell whether it answers within so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self.connection.send("Browser.getVersion")
        except TimeoutError:
            return False
        return True

    async def kill(self) -> None:
        """End it, and everything it started, now; may be called twice."""
        for part in self.parts():
            _kill(part.pid)
        with suppress(ProcessLookupError):  # it may have ended
            os.killpg(self._process.pid, signal.SIGKILL)
        self.connection.close()
        await asyncio.to_thread(self._process.wait)
        await asyncio.to_thread(shutil.rmtree, self.folder, ignore_errors=True)

    def kill_largest(self) -> bool:
        """Kill the page's process with the most memory; False when there is none."""
        renderers = [part for part in self.parts() if part.kind == "renderer"]
        if not renderers:
            return False
        return _kill(max(renderers, key=lambda part: part.bytes).pid)


def _kill(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
