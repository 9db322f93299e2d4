"""The campaign files that have a schedule, read anew when they were changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from console.web.campaigns import MOST_FILES, CampaignFile, find_files, read_file
from crawler.campaign import Campaign
from crawler.errors import InputError
from crawler.workspace import Workspace


@dataclass(frozen=True, kw_only=True, slots=True)
class Scheduled:
    """A campaign that has a schedule."""

    campaign: Campaign
    file: str
    """Inside the workspace's folder, with ``/``."""


class ScheduleFiles:
    """The workspace's campaign files; each is read again when its size or time was changed."""

    def __init__(self, workspace: Workspace, only: str, tell: Callable[[str], None]) -> None:
        """Read nothing yet.

        :param only: name of the one campaign that is wanted; empty = all
        :param tell: says once what is wrong with a file
        """
        self._workspace = workspace
        self._only = only
        self._tell = tell
        self._read: dict[str, tuple[tuple[int, int], CampaignFile]] = {}
        self._found: dict[str, Scheduled] = {}
        self.problems: tuple[str, ...] = ()
        """Files that are no campaigns, and campaigns that are not clear, in words."""

    def read(self) -> dict[str, Scheduled]:
        """Return name -> campaign with a schedule; one whose name two files have is none."""
        now = dict(self._files())
        if now == self._read:
            return self._found
        self._read = now
        files = [file for _, file in now.values()]
        plans = [f for f in files if f.campaign is not None and f.campaign.schedule.cron]
        named = Counter(f.campaign.name for f in plans if f.campaign is not None)
        twice = {name for name, count in named.items() if count > 1}
        problems = [f.problem for f in files if f.problem]
        if len(files) >= MOST_FILES:
            problems.append(
                f"the workspace has {MOST_FILES} campaign files or more, and the first {MOST_FILES}"
                f" are looked at, up to {files[-1].file}"
            )
        problems += [
            f"two files have the campaign {name}, so that it is not scheduled: "
            + ", ".join(f.file for f in plans if f.campaign is not None and f.campaign.name == name)
            for name in sorted(twice)
        ]
        for problem in problems:
            if problem not in self.problems:
                self._tell(f"not scheduled: {problem}")
        self.problems = tuple(problems)
        self._found = {
            f.campaign.name: Scheduled(campaign=f.campaign, file=f.file)
            for f in plans
            if f.campaign is not None
            and f.campaign.name not in twice
            and self._only in ("", f.campaign.name)
        }
        return self._found

    def _files(self) -> list[tuple[str, tuple[tuple[int, int], CampaignFile]]]:
        found = []
        for name in find_files(self._workspace):
            try:
                stat = (self._workspace.folder / name).stat()
            except OSError:
                continue  # it was removed just now
            mark = (stat.st_mtime_ns, stat.st_size)
            known = self._read.get(name)
            if known is None or known[0] != mark:
                known = (mark, read_file(self._workspace, name))
            found.append((name, known))
        return found


def check_only(workspace: Workspace, only: str) -> None:
    """Refuse a campaign that is not scheduled.

    :raises InputError: when no file has a campaign of that name with a schedule
    """
    if only and only not in ScheduleFiles(workspace, only, lambda _: None).read():
        raise InputError(
            f"expected the name of a campaign with [schedule] cron, got {only!r};"
            " `markhound schedule list` names them"
        )
