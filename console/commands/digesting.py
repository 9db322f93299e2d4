"""``markhound digest``: what is new since somebody was told last, and telling it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlite_utils import Database

from console.context import Context, json_option, out, pass_context, people, print_json
from console.digests.wording import Wording
from console.text import clean, print_rows
from console.web.campaigns import find_planned, read_files
from crawler.errors import InputError, NotFoundError
from crawler.files import whole_file
from crawler.store.database import now
from crawler.store.digests import find_digests, find_items, load_digest
from crawler.store.sweeps import find_some_sweeps
from crawler.telling import TellLanguage
from crawler.workspace import Workspace
from pipelines.digests.audiences import Audience, find_audiences
from pipelines.digests.gathering import Sources
from pipelines.digests.scheduled import find_not_run
from pipelines.digests.telling import News, Told, find_news, tell

NOT_TOLD = 1
NOBODY = "\n"
"""Name of the audience that a digest is put together for where nobody is to be told."""
MOST_LISTED = 50


@click.command()
@click.option("--campaign", help="Only for those who are told of this campaign.")
@click.option("--to", "channel", help="Only for this channel.")
@click.option("--send", is_flag=True, help="Tell it, and record what was told.")
@click.option(
    "--since",
    type=click.DateTime(),
    metavar="DATE",
    help="All since then, whoever was told: 2026-11-22, in UTC. Not with --send.",
)
@click.option(
    "--language",
    type=click.Choice(["en", "zh"]),
    default=None,
    help="In this language, not in the channel's. Not with --send.",
)
@click.option(
    "--html",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the mail's HTML into this file. Not with --send.",
)
@click.option("--list", "listing", is_flag=True, help="List the last digests instead.")
@click.option("--show", metavar="ID", help="Print one digest that was put together instead.")
@json_option
@pass_context
@click.pass_context
def digest(
    ctx: click.Context,
    context: Context,
    campaign: str | None,
    channel: str | None,
    since: datetime | None,
    language: TellLanguage | None,
    html: Path | None,
    show: str | None,
    *,
    send: bool,
    listing: bool,
    as_json: bool,
) -> None:
    """Tell what is new: hits, sellers, sites in trouble, deadlines, sweeps that did not run.

    Without --send it is printed, and nothing is recorded. Each thing is told once on each channel.
    Nothing is sent when nothing is new. Exit status 1: a channel was not told, or may not have
    been; what failed goes out with the next run.
    """
    workspace = context.workspace
    if listing or show is not None:
        _show(workspace, show, as_json=as_json)
        return
    if send and (since or language or html):
        raise click.UsageError("--since, --language and --html are for looking, not with --send")
    begin = None if since is None else since.replace(tzinfo=UTC)
    if begin is not None and begin > now():
        raise click.UsageError(f"--since: expected a time that is past, got {begin:%Y-%m-%d %H:%M}")
    sources, audiences = _find_sources(workspace)
    chosen = _choose(workspace, audiences, campaign, channel)
    if send:
        _send(ctx, workspace, chosen, sources, as_json=as_json)
        return
    if not chosen or (begin is not None and channel is None):
        chosen = [_nobody(campaign)]
    if language is not None:
        chosen = [replace(one, language=language) for one in chosen]
    moment = now()
    with workspace.store() as db:
        news = [find_news(db, workspace, one, sources, moment, begin) for one in chosen]
    _print(Wording(workspace), news, html, as_json=as_json)


def _find_sources(workspace: Workspace) -> tuple[Sources, list[Audience]]:
    """Return what is looked at beside the store, and who is told; tell what is wrong there."""
    planned, broken = find_planned(workspace)
    audiences, wrong = find_audiences(workspace.config.tell, planned)
    broken += wrong
    for problem in broken:
        _say(f"{problem.file}: {problem.problem}")
    return Sources(planned=planned, broken=broken, find_not_run=find_not_run), audiences


def _choose(
    workspace: Workspace,
    audiences: Sequence[Audience],
    campaign: str | None,
    channel: str | None,
) -> list[Audience]:
    """Return those of the audiences that are asked for.

    :raises NotFoundError: when there is no such campaign or channel
    """
    chosen = list(audiences)
    if campaign is not None:
        with workspace.store() as db:
            known = bool(find_some_sweeps(db, campaign=campaign, limit=1))
        files = (one.campaign.name for one in read_files(workspace) if one.campaign)
        if not known and campaign not in files:
            raise NotFoundError(f"no campaign has the name {campaign!r:.200}")
        chosen = [one for one in chosen if one.hears_of(campaign)]
    if channel is not None:
        chosen = [one for one in chosen if channel in (one.name, f"mailto:{one.address}")]
        if not chosen:
            names = ", ".join(one.name for one in audiences) or "none"
            raise NotFoundError(f"no channel {channel!r:.200} is told of that; there are: {names}")
    return chosen


def _nobody(campaign: str | None) -> Audience:
    return Audience(
        name=NOBODY,
        kind="mail",
        address="",
        language="en",
        risk=0.5,
        scope=None if campaign is None else frozenset({campaign}),
    )


def _print(wording: Wording, news: Sequence[News], html: Path | None, *, as_json: bool) -> None:
    told = [one for one in news if one.items]
    if html is not None and len(told) > 1:
        names = ", ".join(one.audience.name for one in told)
        raise InputError(f"--html: expected one channel by --to, got {names}")
    for one in told:
        letter = wording.compose(one.audience, one.items, one.moment)
        if one.audience.name != NOBODY:
            _say(f"for {one.audience.name}:")
        if html is not None:
            with whole_file(html) as file:
                file.write(letter.html.encode())
            _say(f"{len(one.items)} things in {html}")
        elif as_json:
            for record in letter.items:
                own = {} if one.audience.name == NOBODY else {"channel": one.audience.name}
                print_json({**own, **record})
        else:
            out().print(letter.text, markup=False, soft_wrap=True, end="")
    if not told:
        _say("nothing is new" + (f"; {html} was not written" if html is not None else ""))


def _send(
    ctx: click.Context,
    workspace: Workspace,
    audiences: Sequence[Audience],
    sources: Sources,
    *,
    as_json: bool,
) -> None:
    if not audiences:
        _say("nobody is told: no [[tell]] in markhound.toml, and no [tell] in a campaign")
        return

    def show(told: Told) -> None:
        if as_json:
            print_json(told)
        line = f"{told.channel}: {told.result}"
        if told.result == "quiet":
            line = f"{told.channel}: nothing is new"
        elif told.result == "sent":
            line += f", {told.items} things"
        elif told.words:
            line += f": {told.words}"
        _say(line)

    done = tell(workspace, audiences, sources, Wording(workspace).compose, show)
    if any(told.result in ("failed", "uncertain") for told in done):
        ctx.exit(NOT_TOLD)


def _show(workspace: Workspace, name: str | None, *, as_json: bool) -> None:
    with workspace.store() as db:
        if name is not None:
            _show_one(db, workspace, name, as_json=as_json)
            return
        found = find_digests(db, limit=MOST_LISTED)
    if as_json:
        for one in found:
            print_json(one)
        return
    rows = [
        (one.id, f"{one.at:%Y-%m-%d %H:%M}", one.channel, one.event, str(one.items), one.words)
        for one in found
    ]
    heads = ("digest", "at (UTC)", "channel", "status", "things", "what is known")
    print_rows(heads, rows, "Nobody was told anything yet.", whole=("digest",))


def _show_one(db: Database, workspace: Workspace, name: str, *, as_json: bool) -> None:
    found = load_digest(db, name)
    if not as_json:
        out().print(clean_lines(found.text), markup=False, soft_wrap=True, end="")
        return
    wording = Wording(workspace)
    for item in find_items(db, name):
        print_json(wording.record(item, "zh" if found.language == "zh" else "en"))


def clean_lines(text: str) -> str:
    """Return text of several lines that cannot steer the terminal."""
    return "".join(f"{clean(line)}\n" for line in text.splitlines())


def _say(text: str) -> None:
    people().print(clean(text), markup=False, soft_wrap=True)
