"""The rules of the house that a machine can read off the sources.

Each rule is a function from the modules of a tree to sentences about what breaks it, and has a
test that plants a violation and sees it found.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

MAY_IMPORT = {
    "console": {"pipelines", "matchers", "crawler"},
    "pipelines": {"matchers", "crawler"},
    "matchers": {"crawler"},
    "spiders": {"crawler"},
    "crawler": set[str](),
    "settings": set[str](),
}
"""Room -> the other rooms that it may import."""

OUTSIDE = {"tests", "benchmarks"}
"""Not part of the product: they may import every room, and no room may import them."""

IMPORTS_INSIDE_FUNCTIONS: frozenset[str] = frozenset()
"""Modules that may import an optional heavy part where it is needed: one place for each."""

SQL_OUTSIDE_THE_STORE = {"console.doctor", "pipelines.evidence.row_checks"}
"""What this SQLite can do is tried out; rows are compared with entries, whatever table they are of.
``pipelines.evidence.recorded`` has the parts of statements for the latter."""
SQL = re.compile(r"\s*(SELECT|INSERT INTO|DELETE FROM|UPDATE \w+ SET)\s")

LONGEST_FILE = 400
FORBIDDEN_WORDS = {"util", "utils", "helper", "helpers", "manager", "managers"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Module:
    """One source file."""

    name: str
    path: Path
    is_package: bool
    tree: ast.Module
    lines: int

    @property
    def room(self) -> str:
        """The first part of the name."""
        return self.name.partition(".")[0]


Modules = Mapping[str, Module]
Rule = Callable[[Modules], Iterator[str]]


def load_modules(root: Path) -> Modules:
    """Read every source of the rooms, the tests and the benchmarks."""
    paths = [root / "settings.py"] if (root / "settings.py").exists() else []
    for room in sorted({*MAY_IMPORT, *OUTSIDE}):
        paths += sorted((root / room).rglob("*.py"))
    found = (load_module(root, path) for path in paths)
    return {module.name: module for module in found}


def load_module(root: Path, path: Path) -> Module:
    """Read one source."""
    parts = path.relative_to(root).with_suffix("").parts
    is_package = parts[-1] == "__init__"
    text = path.read_text(encoding="utf-8")
    return Module(
        name=".".join(parts[:-1] if is_package else parts),
        path=path,
        is_package=is_package,
        tree=ast.parse(text, str(path)),
        lines=len(text.splitlines()),
    )


def imported_names(module: Module) -> Iterator[tuple[int, str]]:
    """Yield the line and the absolute dotted name of every import, wherever it stands."""
    package = module.name.split(".") if module.is_package else module.name.split(".")[:-1]
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*base, *(node.module or "").split(".")]).strip(".")
            for alias in node.names:
                yield node.lineno, f"{origin}.{alias.name}"


def wrong_arrows(modules: Modules) -> Iterator[str]:
    """Imports run one way: console -> pipelines -> matchers -> crawler, spiders -> crawler."""
    rooms = {*MAY_IMPORT, *OUTSIDE}
    for module in modules.values():
        if module.room in OUTSIDE:
            continue
        allowed = {*MAY_IMPORT[module.room], module.room, "settings"}
        for line, name in imported_names(module):
            room = name.partition(".")[0]
            if room in rooms and room not in allowed:
                yield f"{module.path}:{line}: {module.room} must not import {room}"


def import_cycles(modules: Modules) -> Iterator[str]:
    """No module reaches itself by imports."""
    graph = {
        module.name: {
            target for _, name in imported_names(module) if (target := resolve(modules, name))
        }
        for module in modules.values()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        yield "import cycle: " + " <- ".join(error.args[1])


def resolve(modules: Modules, name: str) -> str | None:
    """Return the module that an imported name is, or stands in; None when it is not ours."""
    while name not in modules:
        name, _, _ = name.rpartition(".")
        if not name:
            return None
    return name


def imports_inside_functions(modules: Modules) -> Iterator[str]:
    """Imports stand at the top of the file."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    for module in modules.values():
        if module.name in IMPORTS_INSIDE_FUNCTIONS:
            continue
        for function in ast.walk(module.tree):
            if isinstance(function, functions):
                for node in ast.walk(function):
                    if isinstance(node, ast.Import | ast.ImportFrom):
                        yield f"{module.path}:{node.lineno}: import inside {function.name}"


def long_files(modules: Modules) -> Iterator[str]:
    """Files stay small enough to be read in one go."""
    for module in modules.values():
        if module.lines > LONGEST_FILE:
            yield f"{module.path}: {module.lines} lines, expected at most {LONGEST_FILE}"


def empty_names(modules: Modules) -> Iterator[str]:
    """Files and classes are named by what they are about."""
    for module in modules.values():
        names = [(1, module.name.rpartition(".")[2])]
        classes = (node for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef))
        names += [(node.lineno, node.name) for node in classes]
        for line, name in names:
            words = re.findall(r"[A-Z]?[a-z0-9]+", name)
            if FORBIDDEN_WORDS & {word.lower() for word in words}:
                yield f"{module.path}:{line}: {name} does not say what it is about"


def sql_outside_the_store(modules: Modules) -> Iterator[str]:
    """The only SQL is in crawler/store/."""
    for module in modules.values():
        is_store = module.name.startswith("crawler.store.")
        if is_store or module.room in OUTSIDE or module.name in SQL_OUTSIDE_THE_STORE:
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Constant) and SQL.match(str(node.value)):
                yield f"{module.path}:{node.lineno}: SQL outside crawler/store"


def settings_that_compute(modules: Modules) -> Iterator[str]:
    """settings.py holds strings and numbers only."""
    if "settings" not in modules:
        return
    module = modules["settings"]
    for node in module.tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.Expr) and node.value is not None:
            try:
                ast.literal_eval(node.value)
            except ValueError:
                pass
            else:
                continue
        yield f"{module.path}:{node.lineno}: expected a plain value, got {ast.unparse(node)[:60]}"


RULES: tuple[Rule, ...] = (
    wrong_arrows,
    import_cycles,
    imports_inside_functions,
    long_files,
    empty_names,
    sql_outside_the_store,
    settings_that_compute,
)


@pytest.fixture(scope="module")
def modules() -> Modules:
    return load_modules(ROOT)


def test_the_sources_are_found(modules: Modules) -> None:
    rooms = {module.room for module in modules.values()}
    assert {*MAY_IMPORT, "tests"} <= rooms
    assert "crawler.model" in modules


@pytest.mark.parametrize("rule", RULES)
def test_the_rule_holds(rule: Rule, modules: Modules) -> None:
    broken = list(rule(modules))
    assert not broken, "\n".join([str(rule.__doc__), *broken])


PLANTED: tuple[tuple[Rule, Mapping[str, str], str], ...] = (
    (wrong_arrows, {"crawler/a.py": "import matchers.judge"}, "crawler must not import matchers"),
    (wrong_arrows, {"crawler/a.py": "from spiders import x"}, "crawler must not import spiders"),
    (wrong_arrows, {"matchers/a.py": "from pipelines.b import c"}, "must not import pipelines"),
    (wrong_arrows, {"pipelines/a/b.py": "import console.cli as c"}, "must not import console"),
    (wrong_arrows, {"spiders/a.py": "import matchers"}, "spiders must not import matchers"),
    (wrong_arrows, {"console/a.py": "import spiders.b"}, "console must not import spiders"),
    (wrong_arrows, {"crawler/a.py": "import tests.servers"}, "crawler must not import tests"),
    (wrong_arrows, {"settings.py": "import crawler"}, "settings must not import crawler"),
    (wrong_arrows, {"crawler/a.py": "def f():\n    import console"}, "a.py:2: "),
    (
        import_cycles,
        {"crawler/a.py": "from crawler import b", "crawler/b.py": "from .a import name"},
        "crawler.a",
    ),
    (
        import_cycles,
        {"crawler/c/__init__.py": "from . import d", "crawler/c/d.py": "from crawler.c import x"},
        "crawler.c.d",
    ),
    (
        imports_inside_functions,
        {"matchers/a.py": "class A:\n    async def f(self):\n        import json"},
        "a.py:3: import inside f",
    ),
    (long_files, {"crawler/a.py": "x = 1\n" * 401}, "401 lines"),
    (empty_names, {"crawler/text_utils.py": ""}, "text_utils"),
    (empty_names, {"crawler/helpers/__init__.py": ""}, "helpers"),
    (empty_names, {"console/a.py": "class HitManager: pass"}, "HitManager"),
    (sql_outside_the_store, {"console/a.py": "x = 'SELECT 1'"}, "a.py:1: SQL"),
    (settings_that_compute, {"settings.py": "import os\n"}, "got import os"),
    (settings_that_compute, {"settings.py": "A = {'b': 1}\nC = A | {}\n"}, "settings.py:2"),
)


@pytest.mark.parametrize(("rule", "files", "expected"), PLANTED)
def test_a_planted_violation_is_found(
    rule: Rule, files: Mapping[str, str], expected: str, tmp_path: Path
) -> None:
    plant(tmp_path, files)
    broken = list(rule(load_modules(tmp_path)))
    assert len(broken) == 1
    assert expected in broken[0]


def test_a_well_kept_tree_breaks_no_rule(tmp_path: Path) -> None:
    files = {
        "settings.py": '"""Plain."""\nDELAY = -1.5\nORDER: dict[str, int] = {"crawler.guard": 1}\n',
        "crawler/__init__.py": "",
        "crawler/a.py": "import json\nx = 1\n" + "\n" * 398,
        "crawler/b.py": "from crawler.a import x\nfrom . import a\nclass Management: pass\n",
        "spiders/s.py": "from crawler.b import Management\n",
        "matchers/m.py": "import crawler.b\n",
        "pipelines/p/q.py": "from matchers import m\nimport crawler.a\n",
        "console/cli.py": "import settings\nfrom pipelines.p import q\nfrom matchers import m\n",
        "tests/test_x.py": "import console.cli\nimport spiders.s\n",
    }
    plant(tmp_path, files)
    modules = load_modules(tmp_path)
    assert [broken for rule in RULES for broken in rule(modules)] == []


def plant(root: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("name", [*MAY_IMPORT, "tests"])
def test_our_names_are_ours_wherever_python_starts(name: str, tmp_path: Path) -> None:
    """An installed package called ``settings`` or ``tests`` would win over ours."""
    code = f"import {name} as m; print(getattr(m, '__file__', None) or [*m.__path__][0])"
    command = [sys.executable, "-P", "-c", code]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).is_relative_to(ROOT)
    assert ".venv" not in Path(done.stdout.strip()).relative_to(ROOT).parts
