"""``markhound retention``: erasing what nobody needs, and never what is of a case."""

from __future__ import annotations

import click

from console.authentication import authenticate
from console.context import Context, json_option, pass_context, people, print_json
from console.progress import counting
from crawler.accounts import Role
from crawler.errors import BusyError
from crawler.store.database import now
from pipelines.retention import RetentionReport, apply_retention, check_retention

MAY_ERASE: frozenset[Role] = frozenset({"admin", "legal"})
MIB = 2**20
STOPPED = 3
WORDS = {
    "young": "were of use within these days",
    "case": "are of a case",
    "notice": "are of a notice",
    "handed_over": "came with a case that was handed over",
    "second_look": "wait for a second look",
    "dispute": "are of a hit of which two people disagree",
    "judged": "are of a hit judged infringing, licensed or unsure",
    "follow_up": "are of a listing that is followed up",
    "relisting": "are of a listing that came back",
    "registry": "are of the registry",
    "missing": "are not there, though no rule erased them (see `markhound evidence verify --all`)",
}
"""Why files stay."""


@click.group()
def retention() -> None:
    """Erase captures and pictures that nobody needs, by the rules of markhound.toml."""


@retention.command()
@json_option
@pass_context
def check(context: Context, *, as_json: bool) -> None:
    """Say what would be erased by each rule now, and why the rest stays; nothing is changed."""
    for report in check_retention(context.workspace, at=now()):
        _tell(report, as_json=as_json, done=False)


@retention.command()
@click.option("--by", required=True, help="Who has it erased; where there are accounts, an admin.")
@click.option("--unless-busy", is_flag=True, help="While a sweep or backup goes on: status 3.")
@json_option
@pass_context
@click.pass_context
def apply(
    ctx: click.Context, context: Context, by: str, *, unless_busy: bool, as_json: bool
) -> None:
    """Erase what the rules say. It cannot be undone: see `markhound retention check` first.

    Each file's digest, rule and who had it erased stay in the ledger; `markhound evidence verify`
    tells it as erased by a rule. What is of a case, of a notice, was handed over, waits for a
    second look, is disputed or judged anything but unrelated is never erased.
    """
    workspace = context.workspace
    with workspace.store() as db:
        actor = authenticate(db, by, roles=MAY_ERASE)
    total = sum(report.files for report in check_retention(workspace, at=now()))
    try:
        with counting("erasing", "files", total) as show:
            reports = list(apply_retention(workspace, actor, show=show))
    except BusyError as error:
        if not unless_busy:
            raise
        _say(str(error))
        ctx.exit(STOPPED)
    for report in reports:
        _tell(report, as_json=as_json, done=True)


def _tell(report: RetentionReport, *, as_json: bool, done: bool) -> None:
    if as_json:
        print_json(report, keep_empty=True)
        return
    if report.before is None:
        _say(f"{report.rule}: everything is kept ([retention] {report.rule}_days is not set)")
        return
    verb = "erased" if done else "to be erased"
    _say(
        f"{report.rule}, {report.days} days (of use before {report.before:%Y-%m-%d}):"
        f" {report.files:,} files {verb}, {report.bytes / MIB:,.1f} MiB"
    )
    for why, count in sorted(report.kept.items()):
        _say(f"  {count:,} stay, as they {WORDS[why]}")


def _say(text: str) -> None:
    people().print(text, markup=False, soft_wrap=True)
