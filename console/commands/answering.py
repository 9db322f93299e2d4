"""``markhound notice receive``, ``answers``, ``reply`` and ``dismiss``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import click
from sqlite_utils import Database

from console.commands.sending import by_option, filled, named, past_time, reason_option
from console.context import Context, json_option, out, pass_context, people, print_json
from console.text import clean, print_rows
from crawler.errors import InputError
from crawler.store.answers import Answer, find_answers
from crawler.workspace import Workspace
from pipelines.takedown.answers import (
    Meaning,
    decide_answer,
    dismiss_answer,
    find_received,
    receive_mail,
)
from pipelines.takedown.mail_sources import read_files, read_imap, read_maildir, read_mbox

_folder = click.Path(path_type=Path, exists=True, file_okay=False)
_file = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.option("--maildir", type=_folder, help="A Maildir; what is new there is marked as seen.")
@click.option("--mbox", type=_file, help="An mbox file.")
@click.option("--eml", type=_file, multiple=True, help="A file with one mail; may be repeated.")
@json_option
@pass_context
def receive(
    context: Context,
    maildir: Path | None,
    mbox: Path | None,
    eml: Sequence[Path],
    *,
    as_json: bool,
) -> None:
    """Take in answers: from a folder or files, or by IMAP as [delivery.imap] says.

    Each mail is kept as it came before anything is read of it, and is matched to its notice. A mail
    that was received before counts once. Acknowledgements and bounces become steps of the notice;
    all else waits for a person: see `markhound notice answers`.
    """
    workspace = context.workspace
    counts: Counter[str] = Counter()
    with workspace.store() as db:
        keep = _Keeping(workspace, db, counts, as_json=as_json)
        if eml:
            read_files(eml, keep)
        if mbox is not None:
            read_mbox(mbox, keep)
        if maildir is not None:
            read_maildir(maildir, keep)
        if not (eml or mbox or maildir):
            server = workspace.config.delivery.imap
            if server is None:
                raise InputError(
                    "nowhere to read answers from: expected --maildir, --mbox or --eml, or"
                    " [delivery.imap] in markhound.toml"
                )
            for left in read_imap(server, workspace.folder, keep):
                people().print(clean(f"warning: {left}"), markup=False, soft_wrap=True)
    told = ", ".join(f"{count} {what}" for what, count in counts.items())
    people().print(f"Received: {told or 'nothing'}")


class _Keeping:
    """Keeps each mail, and tells of it."""

    def __init__(
        self, workspace: Workspace, db: Database, counts: Counter[str], *, as_json: bool
    ) -> None:
        self._workspace = workspace
        self._db = db
        self._counts = counts
        self._as_json = as_json

    def __call__(self, raw: bytes, source: str) -> None:
        answer = receive_mail(self._workspace, self._db, raw, source=source)
        if answer is None:
            self._counts["known already"] += 1
            return
        self._counts[answer.kind if answer.notice else "not matched"] += 1
        if self._as_json:
            print_json(answer)
        else:
            out().print(clean(_line(answer)), markup=False, soft_wrap=True)


def _line(answer: Answer) -> str:
    where = f"{answer.notice} (by {answer.matched_by})" if answer.notice else "no notice known"
    maybe = f", perhaps {answer.suggestion}" if answer.suggestion else ""
    return f"{answer.id[:12]} {answer.kind}{maybe}: {where}; from {answer.sender or 'nobody'}"


@click.command()
@click.argument("notice", required=False)
@click.option("--all", "everything", is_flag=True, help="Those that were decided, too.")
@json_option
@pass_context
def answers(context: Context, notice: str | None, *, everything: bool, as_json: bool) -> None:
    """List the answers on which a person has to decide: those whose clock runs first."""
    with context.workspace.store() as db:
        found = list(find_answers(db, notice=notice, open_only=not everything))
    if as_json:
        for answer in found:
            print_json(answer)
        return
    heads = ("id", "received", "notice", "kind", "perhaps", "clock from", "from", "subject")
    print_rows(heads, [_row(answer) for answer in found], "No answer waits.")


def _row(answer: Answer) -> tuple[str, ...]:
    clock = "" if answer.clock_from is None else f"{answer.clock_from:%Y-%m-%d}"
    matched = f"{answer.notice} ({answer.matched_by})" if answer.notice else "not known"
    return (
        *(answer.id[:12], f"{answer.received_at:%Y-%m-%d %H:%M}", matched),
        *(answer.decided or answer.kind, answer.suggestion or "", clock),
        *(answer.sender, answer.subject),
    )


@click.command()
@click.argument("notice")
@click.option(
    "--as",
    "meaning",
    type=click.Choice(get_args(Meaning)),
    required=True,
    help="What the recipient says.",
)
@by_option
@reason_option
@click.option("--answer", help="The mail that says so: the start of its id.")
@click.option("--file", type=_file, help="A mail that says so, which is received first.")
@click.option(
    "--received-at", help="When the recipient had a counter-notice: from then its clock runs."
)
@click.option("--ticket", help="The number that the recipient gave, to match later answers.")
@pass_context
def reply(
    context: Context,
    notice: str,
    meaning: Meaning,
    by: str,
    reason: str,
    answer: str | None,
    file: Path | None,
    received_at: str | None,
    ticket: str | None,
) -> None:
    """Record what a recipient answered, read by a person, also from a telephone or a form."""
    workspace = context.workspace
    if answer and file:
        raise click.UsageError("expected --answer or --file, got both")
    moment = past_time("--received-at", received_at)
    why = filled("--reason", reason)
    with workspace.store() as db:
        who = named(db, by)
        if file is not None:
            answer = _received(workspace, db, file)
        decide_answer(
            db,
            notice,
            meaning,
            by=who,
            reason=why,
            answer=answer,
            received_at=moment,
            ticket=ticket and filled("--ticket", ticket),
        )
    people().print(f"{notice}: the recipient's answer is {meaning}, read by {who}", markup=False)


def _received(workspace: Workspace, db: Database, file: Path) -> str:
    """Receive a mail from a file, unless it was; return its id."""
    ids: list[str] = []

    def keep(raw: bytes, source: str) -> None:
        found = receive_mail(workspace, db, raw, source=source)
        ids.append(found.id if found else find_received(db, raw).id)

    read_files([file], keep)
    return ids[0]


@click.command()
@click.argument("answer")
@by_option
@reason_option
@pass_context
def dismiss(context: Context, answer: str, by: str, reason: str) -> None:
    """Say that a mail answers no notice; it is kept all the same."""
    with context.workspace.store() as db:
        found = dismiss_answer(db, answer, by=named(db, by), reason=filled("--reason", reason))
    people().print(f"{found.id[:12]} answers nothing", markup=False)


COMMANDS = (receive, answers, reply, dismiss)
