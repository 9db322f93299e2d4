"""With tips that came in: ``markhound tip fetch``, ``answer``, ``refuse``, ``erase``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module

import click

from console.authentication import named_actor
from console.compiling import tell_compiling
from console.context import Context, json_option, pass_context, people, print_json
from console.progress import sweep_progress
from console.text import clean, print_rows
from crawler.campaign import Politeness
from crawler.store.database import flush_erased, now, writing
from crawler.store.tip_states import TipStatus
from crawler.store.tips import Tip, erase_texts, refuse_tip
from pipelines.tips.answering import record_answer, send_answer
from pipelines.tips.words import outcome_words

EXIT_UNKNOWN = 1
EXIT_STOPPED = 3
TIP = click.argument("tip_id", metavar="TIP")
BY = click.option("--by", default="", help="Who does it; else the sender of markhound.toml.")


def say(text: str) -> None:
    """Tell people something."""
    people().print(clean(text), markup=False, soft_wrap=True)


@click.command()
@click.argument("tips", metavar="[TIP...]", nargs=-1)
@click.option("--allow-private", is_flag=True, help="Fetch loopback and private addresses too.")
@click.option("--delay", type=click.FloatRange(min=0), help="Seconds between requests to a site.")
@json_option
@pass_context
@click.pass_context
def fetch(
    ctx: click.Context,
    context: Context,
    tips: Sequence[str],
    delay: float | None,
    *,
    allow_private: bool,
    as_json: bool,
) -> None:
    """Look at the pages of tips at once: of those named, or of all that nobody has had yet.

    It asks for exactly these pages, as politely as a sweep, and matches what stands there. A page
    that is blocked or fails is told as not had; that is never "nothing there". Status 3 when it was
    stopped before it came to all.
    """
    politeness = Politeness() if delay is None else replace(Politeness(), delay=delay)
    tell_compiling()
    # loaded when asked for: Scrapy takes longer to load than the other commands to run
    fetching = import_module("pipelines.tips.fetching")
    with sweep_progress() as progress:
        found = fetching.fetch_tips(
            context.workspace,
            tips,
            allow_private=allow_private,
            politeness=politeness,
            on_progress=progress,
        )
    if as_json:
        for one, status in found:
            print_json(status, keep_empty=True, id=one.id, url=one.url, kind=one.kind)
    else:
        _print_fetched(found)
    if left := sum(status.look is None for _, status in found):
        say(f"{left:,} were not reached, and wait")
        ctx.exit(EXIT_STOPPED)


def _print_fetched(found: Sequence[tuple[Tip, TipStatus]]) -> None:
    rows = [
        (
            *(one.id, one.url or "", status.state),
            f"{status.look.state.value}: {status.look.reason or ''}" if status.look else "",
            ", ".join(f"{hit.hit} ({hit.right})" for hit in status.hits),
        )
        for one, status in found
    ]
    print_rows(("id", "address", "state", "page", "hits"), rows, "No tip waits.", whole=("id",))


@click.command()
@TIP
@click.option("--told-by", "way", help="A person told it in this way already: by telephone.")
@click.option("--again", is_flag=True, help="Also where it was told, or may have been.")
@BY
@json_option
@pass_context
@click.pass_context
def answer(
    ctx: click.Context,
    context: Context,
    tip_id: str,
    way: str | None,
    by: str,
    *,
    again: bool,
    as_json: bool,
) -> None:
    """Tell who gave a tip what came of it: one mail, in Chinese and English, by your relay.

    Nothing is told by itself. The mail says how far the tip has come, and names no hit, no right
    and no page. Status 1 when the relay did not take it, or nobody knows.
    """
    with context.workspace.store() as db:
        actor = named_actor(context.workspace, db, by)
        if way is not None:
            status = record_answer(db, tip_id, actor, way=way)
            if as_json:
                print_json({"tip": tip_id, "result": "told", "state": status.state})
            say(f"{tip_id}: told ({way.strip()}): {outcome_words(status, 'en')}")
            return
    sending = send_answer(context.workspace, tip_id, actor, again=again)
    if as_json:
        print_json({"tip": tip_id, "result": sending.result, "words": sending.words})
    say(f"{tip_id}: {sending.result}: {sending.words}")
    if sending.result != "sent":
        ctx.exit(EXIT_UNKNOWN)


@click.command()
@TIP
@click.option("--reason", required=True, help="Why.")
@BY
@pass_context
def refuse(context: Context, tip_id: str, reason: str, by: str) -> None:
    """Do not take a tip up: its page is not looked at."""
    with context.workspace.store() as db:
        actor = named_actor(context.workspace, db, by)
        with writing(db):
            refuse_tip(db, tip_id, actor, reason=reason, at=now())
    say(f"{tip_id}: refused")


@click.command()
@TIP
@click.option("--everything", is_flag=True, help="The words and the address as told, too.")
@click.option("--reason", required=True, help="Why.")
@BY
@pass_context
def erase(context: Context, tip_id: str, reason: str, by: str, *, everything: bool) -> None:
    """Erase the contact of a tip; the tip itself, and a digest of what was told, remain."""
    with context.workspace.store() as db:
        actor = named_actor(context.workspace, db, by)
        with writing(db):
            erased = erase_texts(db, tip_id, actor, everything=everything, reason=reason, at=now())
        flush_erased(db)
    say(f"{tip_id}: {'erased' if erased else 'nothing was left to erase'}")


COMMANDS = (fetch, answer, refuse, erase)
