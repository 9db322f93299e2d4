"""Tables of the schedule: what was planned, what ran, and how it ended."""

TABLES = """
CREATE TABLE schedule_plans (
    id INTEGER PRIMARY KEY,
    campaign TEXT NOT NULL,
    file TEXT NOT NULL,
    cron TEXT NOT NULL,
    zone TEXT NOT NULL,
    holds_from TEXT NOT NULL,
    seen_at TEXT NOT NULL
) STRICT;
CREATE INDEX schedule_plans_by_campaign ON schedule_plans (campaign, id);
CREATE TABLE planned_runs (
    id TEXT PRIMARY KEY,
    campaign TEXT NOT NULL,
    file TEXT NOT NULL,
    due TEXT NOT NULL,
    why TEXT NOT NULL,
    runner TEXT NOT NULL,
    claimed_at TEXT NOT NULL,
    UNIQUE (campaign, due)
) STRICT;
CREATE INDEX planned_runs_by_due ON planned_runs (due);
CREATE TABLE run_steps (
    id INTEGER PRIMARY KEY,
    run TEXT NOT NULL REFERENCES planned_runs(id),
    step TEXT NOT NULL,
    pid INTEGER NOT NULL,
    pid_began INTEGER NOT NULL,
    started_at TEXT NOT NULL,
    UNIQUE (run, step)
) STRICT;
CREATE TABLE run_step_ends (
    step INTEGER PRIMARY KEY REFERENCES run_steps(id),
    status INTEGER NOT NULL,
    ended_at TEXT NOT NULL
) STRICT;
CREATE TABLE run_ends (
    run TEXT PRIMARY KEY REFERENCES planned_runs(id),
    outcome TEXT NOT NULL,
    reason TEXT NOT NULL,
    sweep TEXT REFERENCES sweeps(id),
    ended_at TEXT NOT NULL
) STRICT
"""

RECORDS = ("schedule_plans", "planned_runs", "run_steps", "run_step_ends", "run_ends")

NEVER_REPLACED = {
    "planned_runs": ("id", "campaign+due"),
    "run_steps": ("run+step",),
    "run_step_ends": ("step",),
    "run_ends": ("run",),
}
