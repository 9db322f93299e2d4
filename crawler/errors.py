"""Every error Markhound raises on purpose.

::

    MarkhoundError
    ├── SkipError                 this one cannot be used; note it and go on with the next
    │   ├── ExtractionError         a page that cannot be read as what it claims to be
    │   ├── BlockedError            the site shows a challenge in place of the page
    │   ├── GoneError               the site's own "not found" page, which comes as a good one
    │   ├── TrapError               an address that a machine makes without end; says the rule
    │   ├── NotAPageError           a document that is no page: a picture, a PDF
    │   ├── NeedsBrowserError       a page that only a browser can show
    │   │   └── GrowsByScriptError    a list that was read, but goes on only in a browser
    │   ├── RenderError             a page that the browser could not show
    │   ├── PictureError            a picture that cannot be decoded within the limits
    │   ├── GuardError              an address or a size that the guard refuses
    │   └── AnchorError             a time-stamp authority or anchor that did not stamp; says why
    └── StopError                 the run cannot go on; nothing half-written is left behind
        ├── InputError              a file or an argument is wrong: what was got, what was expected
        │   ├── FileFormatError       the same, with every problem of the file and its line
        │   └── BusyError             other work of the workspace goes on; later it can be done
        ├── NotFoundError           an id that names nothing here
        ├── WorkspaceError          no workspace here, or one made by a newer version
        │   ├── LostDatabaseError     a workspace whose database is gone, or emptied
        │   └── DamagedDatabaseError  one whose database is not whole any more
        ├── BrokenOffError          the run could not go on; all so far is kept, it can be resumed
        ├── NotAllowedError         a rule of procedure forbids it (e.g. a notice without judgement)
        │   ├── LeasedError           somebody else has it in hand; says who, and until when
        │   └── ChangedError          what was looked at is not what is there any more
        ├── MachineError            what this machine has for it does not work (a compiler)
        └── MissingFactsError       a notice lacks facts that its law requires; all are named

``SkipError`` and ``StopError`` never mix: a handler that skips must not swallow a stop.
The command line ends with status 2 on any ``StopError``, with 3 on ``BrokenOffError``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


class MarkhoundError(Exception):
    """Base of all errors raised on purpose."""


class SkipError(MarkhoundError):
    """This one cannot be used; it is reported and the run goes on."""


class ExtractionError(SkipError):
    """A page that cannot be read as what it claims to be."""


class BlockedError(SkipError):
    """The site shows a challenge (captcha, "just a moment") in place of the page; says which."""


class GoneError(SkipError):
    """The site's own "not found" page, answered with a status that says otherwise."""


class TrapError(SkipError):
    """An address, or a page, that a site makes without end; says by which rule."""


class NotAPageError(SkipError):
    """A document that is no page: a picture, a PDF."""


class NeedsBrowserError(SkipError):
    """A page whose content is made by its scripts; only a browser can show it."""


class GrowsByScriptError(NeedsBrowserError):
    """A list that was read as far as it goes; the rest comes by clicks or scrolling alone."""


class RenderError(SkipError):
    """A page that the browser could not show, or a browser that does not start; says why."""


class PictureError(SkipError):
    """A picture that cannot be decoded within the limits."""


class GuardError(SkipError):
    """An address or a size that the guard refuses."""


class AnchorError(SkipError):
    """A time-stamp authority, or another anchor, that did not stamp; says why."""


class StopError(MarkhoundError):
    """The run cannot go on."""


class InputError(StopError):
    """A file or an argument is wrong; the message says what was got and what was expected."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One thing that is wrong in a file."""

    path: Path
    line: int | None
    """1-based; None when the problem is of the whole file."""
    where: str
    """The key inside the line, dotted (``holder.email``); empty for the whole line."""
    message: str
    severity: str = "error"
    """``error`` (the file is refused) or ``warning`` (it is told, and taken)."""
    kind: str = ""
    """What others of its kind say as well, to count them by; empty = the message without what
    it quotes."""

    def __str__(self) -> str:
        place = str(self.path) if self.line is None else f"{self.path}:{self.line}"
        key = f" {self.where}:" if self.where else ""
        return f"{place}: {self.severity}:{key} {self.message}"


class FileFormatError(InputError):
    """A file that does not follow its format; carries every problem found in it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class BusyError(InputError):
    """Other work of the workspace goes on, beside which this is not done; says which."""


class NotFoundError(StopError):
    """An id that names nothing in this workspace."""


class WorkspaceError(StopError):
    """There is no workspace here, or it was made by a newer version."""


class LostDatabaseError(WorkspaceError):
    """A workspace with evidence, whose database is not there any more, or empty."""


class DamagedDatabaseError(WorkspaceError):
    """A workspace whose database is not whole any more; says what is wrong with it."""


class BrokenOffError(StopError):
    """The run could not go on (a full disk); what was committed is kept, and it can be resumed."""


class NotAllowedError(StopError):
    """A rule of procedure forbids what was asked."""


class LeasedError(NotAllowedError):
    """Somebody else has in hand what was to be decided."""

    def __init__(self, who: str, until: datetime) -> None:
        self.who, self.until = who, until
        super().__init__(f"{who} has it in hand until {until.astimezone(UTC):%Y-%m-%d %H:%M} UTC")


class ChangedError(NotAllowedError):
    """What was looked at is not what is there any more; nothing was decided."""

    def __init__(self, hit: str, message: str, *, seen: int | None, current: int) -> None:
        """Tell of a hit.

        :param seen: number of the findings that were looked at; None = a judgement came between
        :param current: number of the newest findings
        """
        self.hit, self.seen, self.current = hit, seen, current
        super().__init__(f"{hit}: {message}")


class MachineError(StopError):
    """What this machine has for it does not work; the message says how to go on without."""


class MissingFactsError(StopError):
    """A notice lacks facts that its law requires."""

    def __init__(self, notice_kind: str, facts: Sequence[str]) -> None:
        self.facts = tuple(facts)
        lines = "\n".join(f"  - {fact}" for fact in self.facts)
        super().__init__(f"a {notice_kind} notice cannot be drafted without these facts:\n{lines}")
