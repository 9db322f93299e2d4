"""Handing cases over: ``markhound evidence export``, ``import``, ``return``, ``receipt``, ..."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from sqlite_utils import Database

from console.authentication import authenticate
from console.context import Context, json_option, out, pass_context, people, print_json
from console.text import clean
from crawler.errors import InputError, NotAllowedError
from crawler.store.cases import find_case_id
from crawler.store.database import now, writing
from crawler.store.handover import find_keys
from crawler.workspace import Workspace
from pipelines.evidence.bundle import Exported, export_case
from pipelines.evidence.imports import Answered, Desk
from pipelines.evidence.keys import (
    own_key,
    parse_public_key,
    revoke_key,
    signing_key_files,
    trust_key,
)
from pipelines.evidence.receipts import keep_receipt, load_receipt, take_receipt

EXIT_BROKEN = 1

BY = click.option(
    "--by", default="", help="Who does it; the sender of markhound.toml unless given."
)
BUNDLE = click.argument("bundle", type=click.Path(path_type=Path, exists=True, file_okay=False))
RECEIPT = click.option(
    "--receipt",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the receipt goes, besides evidence/receipts of the workspace.",
)


@click.command()
@click.argument("case")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="The bundle: a folder that is not there yet, or is empty.",
)
@BY
@json_option
@pass_context
def export(context: Context, case: str, output: Path, by: str, *, as_json: bool) -> None:
    """Hand a case over: everything about it in one signed folder.

    The start of its id is enough. The folder appears whole or not at all. Anybody can check it,
    without Markhound, by the commands in its VERIFY.txt; who knows the key of this workspace knows
    that it is from here.
    """
    workspace = context.workspace
    with workspace.store() as db:
        who = _named(workspace, db, by)
        done = export_case(db, workspace, find_case_id(db, case), output, by=who, at=now())
    if as_json:
        print_json(done)
    _tell_exported(done)


def _tell_exported(done: Exported) -> None:
    if not done.captures:
        _say("The case has no captures: nothing was kept of the pages themselves.")
    for lack in done.lacks:
        _say(f"not in the bundle: {lack.what} {lack.name}: {lack.reason}")
    _say(
        f"Case {done.case} is in {done.path}: {done.files} files, {done.bytes} bytes,"
        f" {done.captures} captures."
    )
    _say(f"bundle {done.bundle}")
    _say(f"signed by {done.key}; tell them this fingerprint by another way")


@click.command("import")
@BUNDLE
@BY
@RECEIPT
@json_option
@pass_context
@click.pass_context
def import_(
    ctx: click.Context,
    context: Context,
    bundle: Path,
    by: str,
    receipt: Path | None,
    *,
    as_json: bool,
) -> None:
    """Take in a case that another office handed over, and answer with a signed receipt.

    All of it is checked first. If anything is broken, nothing is taken in, the receipt says
    `returned` and why, and the status is 1. Else the bundle is kept as it came, under
    evidence/imported, with whose key signed it; its judgements stay theirs.
    """
    workspace = context.workspace
    with workspace.store() as db:
        done = _desk(workspace, db, by, receipt).take_in(bundle)
    _tell_answered(done, as_json=as_json)
    if done.outcome == "returned":
        ctx.exit(EXIT_BROKEN)


@click.command("return")
@BUNDLE
@click.option("--reason", "reasons", multiple=True, required=True, help="Why; may be repeated.")
@BY
@RECEIPT
@json_option
@pass_context
def return_(
    context: Context,
    bundle: Path,
    reasons: Sequence[str],
    by: str,
    receipt: Path | None,
    *,
    as_json: bool,
) -> None:
    """Send a bundle back with reasons: make a receipt that says `returned`; nothing is taken in."""
    if not all(reason.strip() for reason in reasons):
        raise click.UsageError("--reason is empty")
    workspace = context.workspace
    with workspace.store() as db:
        done = _desk(workspace, db, by, receipt).turn_back(
            bundle, [reason.strip() for reason in reasons]
        )
    _tell_answered(done, as_json=as_json)


def _tell_answered(done: Answered, *, as_json: bool) -> None:
    said = done.receipt.statement
    if as_json:
        print_json(said, receipt=str(done.receipt_file), key=done.receipt.key.fingerprint)
    for check in done.checks:
        if check.state != "holds":
            _say(f"{check.state}: {check.subject}: {check.detail}")
    for reason in said.reasons:
        _say(f"reason: {reason}")
    case = f"case {said.case}" if said.case else "a case that could not be read"
    _say(f"{said.outcome}: {case}, bundle {said.bundle}")
    if done.folder:
        _say(f"kept in {done.folder}; the judgements in it are theirs, and count as theirs alone")
    _say(f"receipt for the sender: {done.receipt_file}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@BY
@json_option
@pass_context
@click.pass_context
def receipt(ctx: click.Context, context: Context, file: Path, by: str, *, as_json: bool) -> None:
    """Take in the receipt for a bundle that was made here.

    Its key must be trusted, and the signature fit; else nothing is noted, and the status is 1.
    """
    workspace = context.workspace
    with workspace.store() as db:
        who = _named(workspace, db, by)
    try:
        came = load_receipt(file)
        with workspace.store() as db, writing(db):
            taken = take_receipt(db, came, by=who, at=now())
            keep_receipt(workspace, came)
    except NotAllowedError as error:
        _say(str(error))
        ctx.exit(EXIT_BROKEN)
    said = came.statement
    if as_json:
        print_json(said, keep_empty=True, signer=taken.signer, new=taken.new)
    for reason in said.reasons:
        _say(f"reason: {reason}")
    _say(f"{said.outcome}: case {taken.case}, by {said.by} at {said.at}, signed by {taken.signer}")
    if not taken.new:
        _say("it was taken in before")


@click.group()
def key() -> None:
    """Make, show and trust the keys that sign bundles and receipts."""


@key.command()
@BY
@pass_context
def make(context: Context, by: str) -> None:
    """Make the key of this workspace, unless there is one; the first export makes it as well."""
    workspace = context.workspace
    with workspace.store() as db:
        who = _named(workspace, db, by)
        with writing(db):
            made = own_key(db, workspace.folder, by=who, at=now())
    out().print(made.public.fingerprint)
    _say(f"public key to hand out: {signing_key_files(workspace.folder)[1]}")


@key.command()
@json_option
@pass_context
def show(context: Context, *, as_json: bool) -> None:
    """Show the fingerprint of this workspace's key, to be told by telephone or letter."""
    path = signing_key_files(context.workspace.folder)[1]
    if not path.exists():
        raise InputError("this workspace has no key yet: markhound evidence key make")
    public = parse_public_key(path.read_bytes(), str(path))
    if as_json:
        print_json({"fingerprint": public.fingerprint, "file": str(path), "pem": public.pem})
    else:
        out().print(public.fingerprint)
    _say(f"public key to hand out: {path}")


@key.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--name", required=True, help="Whose key it is.")
@BY
@pass_context
def trust(context: Context, file: Path, name: str, by: str) -> None:
    """Trust a public key that another office gave, after comparing its fingerprint with theirs."""
    if not name.strip():
        raise click.UsageError("--name is empty")
    workspace = context.workspace
    public = parse_public_key(file.read_bytes(), str(file))
    with workspace.store() as db:
        who = _named(workspace, db, by)
        with writing(db):
            new = trust_key(db, public, name=name.strip(), by=who, at=now())
    out().print(public.fingerprint)
    _say(f"trusted as the key of {name.strip()}{'' if new else ', as before'}")


@key.command()
@click.argument("fingerprint")
@click.option("--reason", required=True, help="Why.")
@BY
@pass_context
def revoke(context: Context, fingerprint: str, reason: str, by: str) -> None:
    """Believe a key no longer; the start of its fingerprint is enough. It cannot be undone."""
    if not reason.strip():
        raise click.UsageError("--reason is empty")
    workspace = context.workspace
    with workspace.store() as db:
        who = _named(workspace, db, by)
        with writing(db):
            known = revoke_key(db, fingerprint, reason=reason.strip(), by=who, at=now())
    _say(f"{known.fingerprint} of {known.name} is believed no longer")


@key.command("list")
@json_option
@pass_context
def list_(context: Context, *, as_json: bool) -> None:
    """List the keys that are known here, revoked ones too."""
    with context.workspace.store() as db:
        keys = find_keys(db)
    if as_json:
        for known in keys:
            print_json(known)
        return
    for known in keys:  # no table: a fingerprint is compared to its end
        line = f"{known.fingerprint}  {known.event:7}  {known.at:%Y-%m-%d}  {known.name}"
        reason = f": {known.reason}" if known.reason else ""
        out().print(clean(f"{line}{reason}"), markup=False, soft_wrap=True)
    if not keys:
        _say("No keys yet: markhound evidence key trust FILE --name NAME")


COMMANDS = (export, import_, return_, receipt, key)


def _desk(workspace: Workspace, db: Database, by: str, receipt: Path | None) -> Desk:
    who = _named(workspace, db, by)
    return Desk(db=db, workspace=workspace, by=who, at=now(), receipt_file=receipt)


def _named(workspace: Workspace, db: Database, by: str) -> str:
    return authenticate(db, by, otherwise=workspace.config.sender.name or "not named").name


def _say(text: str) -> None:
    people().print(clean(text), markup=False, soft_wrap=True)
