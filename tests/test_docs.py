"""The documentation is complete, its links lead somewhere, and its examples run."""

from __future__ import annotations

import ast
import dataclasses
import os
import re
import shlex
import subprocess
import sys
import types
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import pytest

import settings
from console.cli import cli
from crawler.campaign import Campaign
from crawler.config import WorkspaceConfig
from crawler.directory import RecipientDirectory
from crawler.model import Hit, Listing, Right
from crawler.offices.mapping import TableMapping
from matchers import context, han_standing, standing
from matchers.wording import EDITS
from tests.servers.forked import forked

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"
ROOMS = ("console", "crawler", "matchers", "pipelines", "spiders")
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]

RECORDS = (
    (WorkspaceConfig, "settings.md"),
    (RecipientDirectory, "settings.md"),
    (Campaign, "campaign-files.md"),
    (Right, "file-formats.md"),
    (TableMapping, "office-registers.md"),
    (Listing, "file-formats.md"),
    (Hit, "file-formats.md"),
)
"""What people write or read in files, and the page of the reference that explains it."""


def page_id(page: Path) -> str:
    return str(page.relative_to(ROOT))


# -- the command line ------------------------------------------------------------------


def commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    """Yield every command with its full name, groups included."""
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for child in command.list_commands(context):
            sub = command.get_command(context, child)
            if sub is not None and not sub.hidden:
                yield from commands(sub, f"{name} {child}")


def sections(text: str) -> Mapping[str, str]:
    """Return what stands under each heading, up to the next one, by the heading's words."""
    parts = re.split(r"^#{1,6} +(.+?) *$", text, flags=re.MULTILINE)
    return dict(zip((h.replace("`", "") for h in parts[1::2]), parts[2::2], strict=True))


def undocumented(command: click.Command, name: str, page: Mapping[str, str]) -> list[str]:
    """Return what the page's section on the command does not name."""
    if name not in page:
        return [f"a section {name!r}"]
    options = [p for p in command.params if isinstance(p, click.Option) and not p.hidden]
    names = [n for option in options for n in (*option.opts, *option.secondary_opts)]
    return [n for n in names if not re.search(rf"(?<![\w-]){re.escape(n)}(?![\w-])", page[name])]


@pytest.mark.parametrize(
    ("name", "command"), [pytest.param(n, c, id=n) for n, c in commands(cli, "markhound")]
)
def test_every_command_and_option_is_documented(name: str, command: click.Command) -> None:
    page = sections((REFERENCE / "command-line.md").read_text(encoding="utf-8"))
    assert undocumented(command, name, page) == []


def test_no_command_is_documented_that_is_not_there() -> None:
    page = sections((REFERENCE / "command-line.md").read_text(encoding="utf-8"))
    known = {name for name, _ in commands(cli, "markhound")}
    assert {heading for heading in page if heading.startswith("markhound")} == known


def test_an_undocumented_option_is_found() -> None:
    @click.command()
    @click.option("--new/--no-new")
    def made() -> None:
        """Made for this test."""

    page = sections("# Reference\n\n## `markhound made`\n\n`--no-new`, `--newer`: no word of it\n")
    assert undocumented(made, "markhound made", page) == ["--new"]
    assert undocumented(made, "markhound gone", page) == ["a section 'markhound gone'"]


# -- files and settings ----------------------------------------------------------------


def record_keys(kind: type, prefix: str = "") -> Iterator[str]:
    """Yield the dotted path of every key of a record, those of the records inside it too."""
    hints = typing.get_type_hints(kind)
    for field in dataclasses.fields(kind):
        inner = list(inner_records(hints[field.name]))
        for record in inner:
            yield from record_keys(record, f"{prefix}{field.name}.")
        if not inner:
            yield prefix + field.name


def inner_records(hint: object) -> Iterator[type]:
    """Yield the records that a type is made of: itself, its members, its items."""
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        yield hint
    elif isinstance(hint, types.GenericAlias | types.UnionType) or typing.get_origin(hint):
        for part in typing.get_args(hint):
            yield from inner_records(part)


@pytest.mark.parametrize(("kind", "page"), RECORDS, ids=lambda v: getattr(v, "__name__", None))
def test_every_key_of_our_files_is_documented(kind: type, page: str) -> None:
    text = (REFERENCE / page).read_text(encoding="utf-8")
    assert [key for key in record_keys(kind) if f"`{key}`" not in text] == []


def test_keys_are_found_at_every_depth() -> None:
    assert {"cutoff", "matching.cutoff"} & {*record_keys(WorkspaceConfig)} == {"matching.cutoff"}
    assert {"id", "holder.email", "licensees.site", "texts"} <= {*record_keys(Right)}
    assert {"findings.span", "score"} <= {*record_keys(Hit)}
    assert {"limits.minutes", "seeds"} <= {*record_keys(Campaign)}


def named_settings() -> set[str]:
    """Return the names that start with MARKHOUND_: Scrapy settings and environment variables."""
    names = {name for name in vars(settings) if name.startswith("MARKHOUND_")}
    for room in ROOMS:
        for source in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    names.update(re.findall(r"^MARKHOUND_[A-Z_]*[A-Z]$", node.value))
    return names


def test_every_setting_is_documented() -> None:
    text = (REFERENCE / "settings.md").read_text(encoding="utf-8")
    assert {"MARKHOUND_CHROMIUM", "MARKHOUND_WORKSPACE"} <= named_settings()
    assert [name for name in sorted(named_settings()) if f"`{name}`" not in text] == []


def undocumented_findings(page: str) -> list[str]:
    """Return the rows that the page on findings lacks: of features, as their docstrings say it."""
    features = (
        *(*standing.FEATURES, *han_standing.FEATURES, *han_standing.NEAR_FEATURES),
        *context.FEATURES,
    )
    rows = [f"| `{f.__name__}` | {first_paragraph(f.__doc__ or '')} |" for f in features]
    edits = [f"| `{edit}` |" for edit in EDITS["en"]]
    return [row for row in (*rows, *edits) if row not in page]


def first_paragraph(text: str) -> str:
    return " ".join(text.strip().split("\n\n")[0].split())


def test_every_feature_and_edit_is_documented() -> None:
    page = (REFERENCE / "findings.md").read_text(encoding="utf-8")
    assert undocumented_findings(page) == []
    assert "| `homoglyph` |" in undocumented_findings("")


# -- links -----------------------------------------------------------------------------


def broken_links(page: Path) -> list[str]:
    """Return the relative links of a page that lead nowhere."""
    prose = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    targets = re.findall(r"\]\(([^)\s]+)\)", prose)
    return [t for t in targets if not re.match(r"[a-z]+:", t) and not leads_somewhere(page, t)]


def leads_somewhere(page: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    there = (page.parent / path).resolve() if path else page
    if not there.exists():
        return False
    return not anchor or anchor in anchors(there.read_text(encoding="utf-8"))


def anchors(text: str) -> set[str]:
    """Return the anchors that a Markdown page's headings get."""
    headings = re.findall(r"^#{1,6} +(.+?) *$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    assert broken_links(page) == []


def test_broken_links_are_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# A `b` c\n[a](page.md#a-b-c) [b](#other) [c](gone.md) [d](https://shop.example/)\n"
        "```\n[e](in-code.md)\n```\n"
    )
    assert broken_links(page) == ["#other", "gone.md"]


def test_every_page_is_reached_from_the_map() -> None:
    """A page that docs/index.md does not name is never found."""
    text = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    pages = [
        p.relative_to(ROOT / "docs").as_posix() for p in PAGES if p.is_relative_to(ROOT / "docs")
    ]
    assert [p for p in pages if p != "index.md" and f"({p}" not in text] == []


# -- examples --------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """One command of a ``console`` block."""

    command: str
    status: int


def examples(text: str) -> Iterator[Example]:
    """Yield the ``$ markhound ...`` lines of the console blocks, in order.

    A block is marked after the word ``console``: ``exit=1`` says how its commands end,
    ``no-run`` that they cannot run here (they need another machine, or a person).
    """
    for marks, block in re.findall(r"^```console *(.*?)\n(.*?)^```", text, flags=re.M | re.S):
        if "no-run" in marks.split():
            continue
        status = re.search(r"\bexit=(\d+)", marks)
        joined = block.replace("\\\n", " ")
        for command in re.findall(r"^\$ (markhound\b.*)$", joined, flags=re.MULTILINE):
            yield Example(command=command, status=int(status[1]) if status else 0)


SHELLS_OWN = frozenset("|&;<>()$`*?[]{}~!#\\")
"""Characters that mean something to a shell."""
SECONDS = 180


def run_example(example: Example, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the command as a person would, with ``folder`` as the current one.

    By a shell where it has something to do, or else without loading everything anew.
    """
    env = {k: v for k, v in os.environ.items() if not k.startswith(("MARKHOUND_", "PYTHON"))}
    if not SHELLS_OWN & {*example.command} and forked().fits(env):
        words = shlex.split(example.command)
        status, out, err = forked().run(words[1:], env, SECONDS, folder)
        assert status is not None, f"$ {example.command}\n{out}{err}"
        return subprocess.CompletedProcess(words, status, out, err)
    env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{env.get('PATH', os.defpath)}"
    return subprocess.run(
        ["bash", "-uo", "pipefail", "-c", example.command],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


RUNNABLE = [page for page in PAGES if page.exists() and any(examples(page.read_text("utf-8")))]


@pytest.mark.parametrize("page", RUNNABLE, ids=page_id)
def test_the_examples_of_a_page_run_in_order(page: Path, tmp_path: Path) -> None:
    for example in examples(page.read_text(encoding="utf-8")):
        done = run_example(example, tmp_path)
        said = done.stdout[-2000:] + done.stderr[-2000:]
        assert done.returncode == example.status, f"$ {example.command}\n{said}"


def test_the_first_page_has_an_example_that_runs() -> None:
    assert ROOT / "README.md" in RUNNABLE


def test_examples_are_read_with_their_marks() -> None:
    text = (
        "```console\n$ make setup\n$ markhound init\nWorkspace ready\n```\n"
        "```console exit=2\n$ markhound \\\n    show X\n```\n"
        "```console no-run\n$ markhound serve\n```\n```sh\n$ markhound no\n```\n"
    )
    found = [(example.command.split(), example.status) for example in examples(text)]
    assert found == [(["markhound", "init"], 0), (["markhound", "show", "X"], 2)]


def test_an_example_that_fails_is_seen(tmp_path: Path) -> None:
    assert run_example(Example(command="markhound no-such-command", status=0), tmp_path).returncode
