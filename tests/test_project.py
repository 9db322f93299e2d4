"""What must hold of the repository itself: its locks, its files, and what stands in them."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
LARGEST_FILE = 2**20

LOCKS = (
    "requirements.lock",
    "tests/servers/oscar.lock",
    "tests/servers/cartridge.lock",
)
PYTHONS = ("3.11.0", "3.11.9", "3.12.7", "3.13.1")
"""Versions for which a direct dependency must be pinned."""

MADE_HERE = {
    *(".git", ".venv", ".cache", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis"),
    *("markhound-demo", "__pycache__"),
}

REGISTRIES = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("debian", "org"),
        ("docker", "io"),
        ("crates", "io"),
        ("golang", "org"),
    )
)
"""Package registries: which one is used is the machine's business. (Joined, so as not to match.)"""

MACHINE_PATH = re.compile(r"(?<![\w./~-])/(?:work|root|tmp|Users)/\w")


def tracked_files() -> list[Path]:
    """Return the files of the repository; without git, all that was not made here."""
    command = [
        "git",
        "-C",
        str(ROOT),
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]
    try:
        done = subprocess.run(command, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        found = [path for path in ROOT.rglob("*") if path.is_file()]
        return [path for path in found if not MADE_HERE & {*path.relative_to(ROOT).parts}]
    paths = (ROOT / os.fsdecode(name) for name in done.stdout.split(b"\0") if name)
    return [path for path in paths if path.is_file()]


def registry_hosts() -> set[str]:
    """Return the registries known to everyone, and those that this machine is set up with."""
    variables = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL")
    urls = [url for name in variables for url in os.environ.get(name, "").split()]
    urls.append(os.environ.get("NPM_CONFIG_REGISTRY", ""))
    hosts = {urlsplit(url).hostname or "" for url in urls}
    return {*REGISTRIES, *hosts} - {"", "localhost", "127.0.0.1"}


def forbidden_words(text: str, hosts: set[str]) -> list[str]:
    """Return registry hosts and paths of somebody's machine that stand in the text."""
    found = [host for host in hosts if re.search(rf"(?<![\w-]){re.escape(host)}(?![\w-])", text)]
    return found + MACHINE_PATH.findall(text)


def test_the_repository_is_seen() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in tracked_files()}
    assert {"Makefile", "pyproject.toml", "crawler/model.py"} <= names
    assert not any(name.startswith((".venv/", ".cache/")) for name in names)


def test_no_registry_and_no_machine_is_named() -> None:
    hosts = registry_hosts()
    broken = []
    for path in tracked_files():
        text = path.read_bytes().decode("utf-8", errors="replace")
        broken += [f"{path.relative_to(ROOT)}: {word}" for word in forbidden_words(text, hosts)]
    assert broken == []


def test_forbidden_words_are_found() -> None:
    host = REGISTRIES[0]
    planted = f"see https://{host}/simple", f"open('{Path('/') / 'tmp' / 'x'}')"
    assert all(forbidden_words(text, {*REGISTRIES}) for text in planted)
    innocent = "https://shop.example/root/x and ./tmp/y and my" + host
    assert forbidden_words(innocent, {*REGISTRIES}) == []


def test_no_file_is_large() -> None:
    large = [path for path in tracked_files() if path.stat().st_size > LARGEST_FILE]
    assert large == []


def test_the_licence_is_there_whole() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert "9. Accepting Warranty or Additional Liability" in text


def test_ci_runs_what_people_run() -> None:
    script = ROOT / ".ci" / "run"
    assert "\nmake test\n" in script.read_text(encoding="utf-8")
    assert os.access(script, os.X_OK)


# -- locks -----------------------------------------------------------------------------


def lock_entries(text: str) -> Iterator[tuple[Requirement, int]]:
    """Yield each pinned requirement of a lock file with how many hashes it has."""
    joined = re.sub(r" *\\\n *", " ", text)
    for line in joined.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            pin, *hashes = line.split(" --hash=sha256:")
            yield Requirement(pin), len(hashes)


def pinned(lock: Path, python: str) -> Mapping[str, Version]:
    """Return the version of every package that the lock installs on Linux."""
    env = {
        "python_full_version": python,
        "python_version": ".".join(python.split(".")[:2]),
        "sys_platform": "linux",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
    }
    pins: dict[str, Version] = {}
    for requirement, _ in lock_entries(lock.read_text(encoding="utf-8")):
        if requirement.marker is None or requirement.marker.evaluate(env):
            (exact,) = requirement.specifier
            pins[canonicalize_name(requirement.name)] = Version(exact.version)
    return pins


def out_of_step(direct: list[str], pins: Mapping[str, Version]) -> list[str]:
    """Return the direct dependencies that are missing from the pins, or outside their range."""
    requirements = [Requirement(line) for line in direct]
    return [
        str(requirement)
        for requirement in requirements
        if (got := pins.get(canonicalize_name(requirement.name))) is None
        or not requirement.specifier.contains(got, prereleases=True)
    ]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_lock_pins_exactly_and_by_hash(lock: str) -> None:
    entries = list(lock_entries((ROOT / lock).read_text(encoding="utf-8")))
    assert len(entries) > 10
    for requirement, hashes in entries:
        assert re.fullmatch(r"==[^,*]+", str(requirement.specifier)), requirement
        assert hashes, requirement


@pytest.mark.parametrize("python", PYTHONS)
def test_the_lock_is_in_step_with_pyproject(python: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    direct = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    assert len(direct) > 10
    assert out_of_step(direct, pinned(ROOT / "requirements.lock", python)) == []


@pytest.mark.parametrize("shop", ["oscar", "cartridge"])
def test_the_locks_of_the_shops_are_in_step(shop: str) -> None:
    direct = (ROOT / f"tests/servers/{shop}.in").read_text(encoding="utf-8").split()
    assert out_of_step(direct, pinned(ROOT / f"tests/servers/{shop}.lock", PYTHONS[0])) == []


def test_a_lock_out_of_step_is_found() -> None:
    pins = {"scrapy": Version("2.11"), "rich": Version("14.1")}
    assert out_of_step(["Scrapy>=2.19", "rich>=14,<16", "lxml"], pins) == ["Scrapy>=2.19", "lxml"]
