"""What the browser is kept from asking for, and what a page's scripts are kept from using.

It saves time and protects the rest; what keeps private addresses safe is the gate (``proxy.py``).
"""

from __future__ import annotations

from pathlib import Path

_LIST = (Path(__file__).parent / "needless_hosts.txt").read_text(encoding="utf-8")
NEEDLESS = frozenset(line for line in _LIST.splitlines() if line and not line.startswith("#"))
"""Hosts that count, advertise, chat or show films. Every other third party is let through, as the
scripts of a shop often lie on a host for scripts, and its data on a host for data."""

BLOCKED_ENDINGS = (
    *("png", "jpg", "jpeg", "gif", "webp", "avif", "svg", "ico", "bmp"),
    *("woff", "woff2", "ttf", "otf", "eot"),
    *("mp4", "m4v", "webm", "mov", "mp3", "m4a", "ogg", "wav", "m3u8", "mpd", "ts"),
    *("pdf", "zip", "exe", "dmg", "apk"),
)
"""Pictures, fonts and films are never asked for by the browser, whatever shows them."""
BLOCKED = [
    *(pattern for end in BLOCKED_ENDINGS for pattern in (f"*://*/*.{end}", f"*://*/*.{end}?*")),
    *(pattern for host in NEEDLESS for pattern in (f"*://{host}/*", f"*://*.{host}/*")),
]
BLOCKED_IN_PHOTOGRAPHS = [
    *(
        pattern
        for end in ("mp4", "m4v", "webm", "mov", "m3u8", "mpd", "zip", "exe", "dmg", "apk")
        for pattern in (f"*://*/*.{end}", f"*://*/*.{end}?*")
    ),
    *(pattern for host in NEEDLESS for pattern in (f"*://{host}/*", f"*://*.{host}/*")),
]
"""What a page is photographed without: films, programs, and hosts that count."""
GUARDS = """(() => {
  for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection', 'WebTransport'])
    delete globalThis[name]
  if (globalThis.ServiceWorkerContainer) ServiceWorkerContainer.prototype.register =
    () => Promise.reject(new DOMException('no service workers here', 'SecurityError'))
  globalThis.open = () => null
  globalThis.print = () => undefined
})()"""
"""Set before any script of a page runs: ways round the proxy, and what would outlive the page."""


def is_needless(host: str) -> bool:
    """Tell whether the host is one of :data:`NEEDLESS`, or below one of them."""
    labels = host.rstrip(".").lower().split(".")
    return any(".".join(labels[at:]) in NEEDLESS for at in range(len(labels) - 1))
