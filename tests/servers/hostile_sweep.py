"""Runs a campaign with settings changed, and tells how much memory it took at its peak.

``python -m tests.servers.hostile_sweep WORKSPACE CAMPAIGN SETTINGS_JSON`` prints one JSON object.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import settings
from crawler.campaign import load_campaign
from crawler.formats import dump_record
from crawler.sweep import run_sweep
from crawler.workspace import open_workspace

ROOT = Path(__file__).resolve().parent.parent.parent


def sweep_with(workspace: Path, campaign: Path, seconds: float, **changed: Any) -> dict[str, Any]:
    """Return the report of a sweep in a process of its own, with ``peak`` in MiB."""
    command = [sys.executable, "-W", "error", "-m", "tests.servers.hostile_sweep"]
    command += [str(workspace), str(campaign), json.dumps(changed)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    for name, value in json.loads(sys.argv[3]).items():
        setattr(settings, name, value)
    report = run_sweep(open_workspace(Path(sys.argv[1])), load_campaign(Path(sys.argv[2])))
    # not getrusage(): what the process was forked from counts there
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    peak = int(re.findall(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)[0]) // 1024
    sys.stdout.write(json.dumps({**dump_record(report), "peak": peak}) + "\n")


if __name__ == "__main__":
    main()
