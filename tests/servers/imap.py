"""A real IMAP server on loopback (Twisted's) with one mailbox, in a process of its own.

Run as a program it serves the Maildir-less mailbox given by files: ``imap.py PORTFILE FILE...``.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PROGRAM = r"""
import io, sys
from pathlib import Path
from twisted.cred import checkers, portal
from twisted.internet import protocol, reactor
from twisted.mail import imap4
from zope.interface import implementer

@implementer(imap4.IMessage)
class Message:
    def __init__(self, uid, raw):
        self.uid, self.raw, self.flags = uid, raw, set()
    def getUID(self): return self.uid
    def getFlags(self): return self.flags
    def getInternalDate(self): return "22-Nov-2026 01:00:00 +0000"
    def getHeaders(self, negate, *names): return {}
    def getBodyFile(self): return io.BytesIO(self.raw.split(b"\r\n\r\n", 1)[-1])
    def getSize(self): return len(self.raw)
    def isMultipart(self): return False
    def getSubPart(self, part): raise IndexError(part)

@implementer(imap4.IMessageFile)
class Whole(Message):
    def open(self): return io.BytesIO(self.raw)

@implementer(imap4.IMailbox, imap4.ISearchableMailbox)
class Box:
    def __init__(self, files):
        self.messages = [Whole(n, Path(f).read_bytes()) for n, f in enumerate(files, 1)]
        self.log = []
    def getFlags(self): return ["\\Seen"]
    def getHierarchicalDelimiter(self): return "/"
    def getUIDValidity(self): return 1
    def getUID(self, number): return number
    def getUIDNext(self): return len(self.messages) + 1
    def getMessageCount(self): return len(self.messages)
    def getRecentCount(self): return 0
    def getUnseenCount(self): return sum("\\Seen" not in m.flags for m in self.messages)
    def isWriteable(self): return True
    def requestStatus(self, names): return imap4.statusRequestHelper(self, names)
    def addListener(self, listener): pass
    def removeListener(self, listener): pass
    def destroy(self): pass
    def expunge(self): return []
    def search(self, query, uid):
        return [m.uid for m in self.messages if "\\Seen" not in m.flags]
    def fetch(self, messages, uid):
        messages.last = len(self.messages)
        return [(n, self.messages[n - 1]) for n in messages if 0 < n <= len(self.messages)]
    def store(self, messages, flags, mode, uid):
        messages.last = len(self.messages)
        for n in messages:
            self.messages[n - 1].flags |= set(flags)
            Path(sys.argv[1] + ".seen").open("a").write(f"{n}\n")
        return {n: self.messages[n - 1].flags for n in messages}

box = Box(sys.argv[2:])

class Account(imap4.MemoryAccount):
    def _emptyMailbox(self, name, id): return box
    def select(self, name, readwrite=True):
        return box if name.upper() == "INBOX" else None

@implementer(portal.IRealm)
class Realm:
    def requestAvatar(self, avatar, mind, *interfaces):
        account = Account(avatar)
        return imap4.IAccount, account, lambda: None

checker = checkers.InMemoryUsernamePasswordDatabaseDontUse(wei=b"secret")

class Factory(protocol.Factory):
    def buildProtocol(self, address):
        server = imap4.IMAP4Server()
        server.portal = portal.Portal(Realm(), [checker])
        server.factory = self
        return server

pem = sys.argv[1] + ".pem"
if Path(pem).exists():
    from twisted.internet.ssl import DefaultOpenSSLContextFactory
    secure = DefaultOpenSSLContextFactory(pem, pem)
    port = reactor.listenSSL(0, Factory(), secure, interface="127.0.0.1")
else:
    port = reactor.listenTCP(0, Factory(), interface="127.0.0.1")
Path(sys.argv[1] + ".new").write_text(str(port.getHost().port))
Path(sys.argv[1] + ".new").rename(sys.argv[1])
reactor.run()
"""


@contextmanager
def imap_server(folder: Path, *mails: bytes) -> Iterator[tuple[int, Path]]:
    """Serve the mails to the user ``wei`` with the password ``secret``.

    It speaks TLS when there is a certificate, ``imap-port.pem``, in the folder.

    Yields the port, and the file that gets a line with the number of each mail that is marked.
    """
    place = folder / "imap-port"
    files = []
    for number, mail in enumerate(mails, start=1):
        files.append(folder / f"imap-{number}.eml")
        files[-1].write_bytes(mail)
    process = subprocess.Popen([sys.executable, "-c", _PROGRAM, str(place), *map(str, files)])
    try:
        ends = time.monotonic() + 30
        while not place.exists():
            assert process.poll() is None, "the IMAP server ended"
            assert time.monotonic() < ends, "the IMAP server does not start"
            time.sleep(0.02)
        yield int(place.read_text()), Path(f"{place}.seen")
    finally:
        process.terminate()
        process.wait(timeout=30)
