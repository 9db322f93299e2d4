"""A page that tries every way from a browser to a host that it must not reach."""

from __future__ import annotations

import json
from collections.abc import Sequence

from tests.servers.tiny_shop import Answer, Route

WAYS = """
const add = (tag, attributes) => {
  const element = document.createElement(tag)
  for (const name in attributes) element.setAttribute(name, attributes[name])
  document.body.append(element)
}
const attempt = make => { try { make() } catch (error) { console.log(error) } }
const tryAll = (base, path) => {
  const ws = base.replace('http', 'ws'), at = way => base + path + way
  attempt(() => fetch(at('fetch'), {mode: 'no-cors'}).catch(() => 0))
  attempt(() => { const x = new XMLHttpRequest(); x.open('GET', at('xhr')); x.send() })
  attempt(() => navigator.sendBeacon(at('beacon'), 'x'))
  attempt(() => new EventSource(at('events')))
  attempt(() => new WebSocket(ws + path + 'socket'))
  attempt(() => new Image().src = at('picture'))
  attempt(() => add('script', {src: at('script')}))
  attempt(() => add('link', {rel: 'stylesheet', href: at('style')}))
  const hints = ['prefetch', 'preload', 'modulepreload', 'preconnect', 'dns-prefetch', 'manifest']
  for (const rel of hints)
    attempt(() => add('link', {rel, href: at(rel), as: 'fetch'}))
  attempt(() => add('iframe', {src: at('iframe')}))
  attempt(() => add('object', {data: at('object')}))
  attempt(() => add('embed', {src: at('embed')}))
  attempt(() => add('video', {src: at('video'), preload: 'auto'}))
  attempt(() => open(at('popup')))
  const work = code => new Worker(URL.createObjectURL(new Blob([code], {type: 'text/javascript'})))
  attempt(() => work(`importScripts('${at('worker')}')`))
  attempt(() => work(`fetch('${at('worker-fetch')}', {mode: 'no-cors'})`))
  attempt(() => {
    add('iframe', {name: 'posted'})
    add('form', {action: at('form'), method: 'post', target: 'posted'})
    document.body.lastChild.submit()
  })
  attempt(() => {
    const host = new URL(base).host, urls = [`stun:${host}`, `turn:${host}?transport=tcp`]
    const peer = new RTCPeerConnection({iceServers: [{urls, username: 'a', credential: 'b'}]})
    peer.createDataChannel('x')
    peer.createOffer().then(offer => peer.setLocalDescription(offer))
  })
  attempt(() => new WebTransport(base.replace('http:', 'https:')))
}
for (const base of BASES) tryAll(base, '/hit?')
for (const base of REDIRECTS) tryAll(location.origin, '/to?' + encodeURIComponent(base) + '&')
"""

REACHED_IF_ALLOWED = frozenset(
    {"fetch", "xhr", "beacon", "script", "style", "iframe", "object", "worker", "worker-fetch"}
)
"""Ways that do lead to the host where it is allowed, so that the test can fail."""


def escaping_shop(bases: Sequence[str]) -> dict[str, Route]:
    """Return the routes of a shop whose page tries to reach ``bases``, also by redirects."""
    ways = WAYS.replace("BASES", json.dumps(bases)).replace("REDIRECTS", json.dumps(bases))
    page = f"<html><body><h1>Lanterns</h1><p>Made by hand.</p><script>{ways}</script></body></html>"
    return {"/": Answer(page)}
