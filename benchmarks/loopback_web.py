"""A web on loopback for the benchmarks of sweeping: any address of 127.0.0.0/8 is a shop.

Each shop has ``listings`` product pages, about 57 KB long as real ones are in the mean, with data
for machines, 240 links and one picture of its own of about 50 KB. A URL always has the same page.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import random
import sys

from PIL import Image, ImageDraw, ImageFilter

MENU = 200
"""Links of a page's menu and footer; they lead to its lists."""
NEXT = 40
"""Product pages that each page links to."""


def make_picture(seed: int) -> bytes:
    """Return a JPEG of about 50 KB that nothing else looks like."""
    rng = random.Random(seed)
    image = Image.effect_noise((640, 480), 24).convert("RGB")
    draw = ImageDraw.Draw(image)
    for _ in range(40):
        x, y, r = rng.randrange(640), rng.randrange(480), rng.randrange(10, 90)
        colour = (rng.randrange(256), rng.randrange(256), rng.randrange(256))
        draw.ellipse((x - r, y - r, x + r, y + r), fill=colour)
    image = image.filter(ImageFilter.GaussianBlur(0.7))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


class Web:
    """Makes answers."""

    def __init__(self, listings: int, menu: int) -> None:
        self._listings = listings
        self._pictures = [make_picture(seed) for seed in range(16)]
        items = "".join(
            f'<li class="menu-item level-{n % 3}"><a class="menu-link" href="/list/{n % 5}?of={n}">'
            f"<span>Goods of kind {n}</span></a></li>"
            for n in range(menu)
        )
        # as long as real pages are, however short the menu
        terms = "Terms of sale and delivery apply to all of our goods. "
        words = terms * (550 + 2 * (MENU - menu))
        self._around = f'<nav class="site-nav"><ul>{items}</ul></nav>', f"<p>{words}</p>"

    def answer(self, path: str) -> tuple[str, bytes]:
        """Return content type and body."""
        if path == "/robots.txt":
            return "text/plain", b"User-agent: *\nDisallow: /cart\n"
        if path.startswith("/i/"):
            number = int(path[3:-4])
            name = str(number).encode()
            jpeg = self._pictures[number % len(self._pictures)]
            # a comment behind the start of the picture (marker COM) makes its bytes its own
            comment = b"\xff\xfe" + (len(name) + 2).to_bytes(2, "big") + name
            return "image/jpeg", jpeg[:2] + comment + jpeg[2:]
        number = int(path[3:]) if path.startswith("/p/") else -1
        return "text/html; charset=utf-8", self._page(number).encode()

    def _page(self, number: int) -> str:
        menu, words = self._around
        following = range(number + 1, min(number + 1 + NEXT, self._listings))
        links = "".join(f'<a href="/p/{n}"><span>Item {n}</span></a>' for n in following)
        if number < 0:
            return f"<html><body>{menu}<h1>All goods</h1>{links}{words}</body></html>"
        title = f"Enamel mug with a lid, number {number}, blue, 350 ml"
        data = (
            f'{{"@context":"https://schema.org","@type":"Product","name":"{title}","sku":"M-{number}",'
            f'"image":"/i/{number}.jpg","brand":"Nordlicht","description":"{title} " ,"offers":'
            '{"@type":"Offer","price":"19.90","priceCurrency":"EUR",'
            '"availability":"https://schema.org/InStock"}}'
        )
        return (
            f'<html lang="en"><head><title>{title}</title>'
            f'<script type="application/ld+json">{data}</script></head>'
            f"<body>{menu}<h1>{title}</h1><p>19.90 €</p><button>Add to cart</button>{links}{words}"
            "</body></html>"
        )


async def serve(listings: int, menu: int) -> None:
    """Serve until the process is ended; the port is the first line of the output."""
    web = Web(listings, menu)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                path = line.split(b" ")[1].decode()
                while await reader.readline() not in (b"\r\n", b""):
                    pass
                kind, body = web.answer(path)
                head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}"
                writer.write(f"{head}\r\n\r\n".encode() + body)
                await writer.drain()
        except ConnectionError:
            pass  # the crawler is done with this connection
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "0.0.0.0", 0, backlog=4096)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--listings", type=int, default=1000)
    parser.add_argument("--menu", type=int, default=MENU)
    chosen = parser.parse_args()
    asyncio.run(serve(chosen.listings, chosen.menu))
