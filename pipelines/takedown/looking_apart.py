"""Looking at a notice's listings in a process of its own, for programs that look more than once.

Scrapy's reactor runs once in a process. Asked by two arguments, answered by JSON on stdout.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import orjson
from sqlite_utils import Database

from crawler.errors import MachineError, NotAllowedError, StopError
from crawler.store.hits import find_hit_url, load_hit
from crawler.store.notices import load_notice
from crawler.store.sweeps import load_sweep
from crawler.workspace import Workspace, open_workspace
from pipelines.takedown.looks import look_again

SECONDS_BETWEEN = 0.5
"""How often is asked whether to stop."""


def look_apart(
    workspace: Workspace, notice: str, *, is_stopped: Callable[[], bool] = lambda: False
) -> int:
    """Fetch a notice's listings as ``look_again`` does; return how many answered.

    Private addresses are fetched where the sweep that found one of them was allowed to.

    :raises StopError: what the other process says, or that it ended without a word
    """
    command = [sys.executable, "-m", __name__, str(workspace.folder), notice]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe) as process:  # noqa: S603 (our own)
        while True:
            try:
                told, log = process.communicate(timeout=SECONDS_BETWEEN)
                break
            except subprocess.TimeoutExpired:
                if is_stopped():
                    process.terminate()
                    process.communicate()
                    raise NotAllowedError("it was stopped before it ended") from None
    if process.returncode != 0:
        last = log.decode(errors="replace").strip().splitlines()[-1:]
        raise MachineError(f"the process that looked ended: {''.join(last) or process.returncode}")
    answer = orjson.loads(told)
    if wrong := answer.get("wrong"):
        raise NotAllowedError(wrong)
    return int(answer["seen"])


def _may_be_private(db: Database, workspace: Workspace, hits: tuple[str, ...]) -> bool:
    sweeps = {load_hit(db, workspace.pictures, hit).sweep for hit in hits}
    return any(load_sweep(db, sweep).campaign.allow_private for sweep in sweeps)


def _look(folder: Path, notice: str) -> dict[str, object]:
    try:
        workspace = open_workspace(folder)
        with workspace.store() as db:
            hits = load_notice(db, notice).hits
            urls = [find_hit_url(db, hit) for hit in hits]
            private = _may_be_private(db, workspace, hits)
        looks = look_again(workspace, urls, purpose=f"check of {notice}", allow_private=private)
    except StopError as error:
        return {"wrong": str(error)}
    return {"seen": sum(look.kind is not None for look in looks)}


if __name__ == "__main__":
    sys.stdout.buffer.write(orjson.dumps(_look(Path(sys.argv[1]), sys.argv[2])))
