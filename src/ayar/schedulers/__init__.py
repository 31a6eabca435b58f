"""When a trial is stopped early: one file per rule, and the table that names them.

To add one: copy `fold_race.py`, fill `decide` and `Capabilities`, add a line below. The contract tests and the
command's `--scheduler` follow from that line.
"""

from ayar.base.registry import Registry

SCHEDULERS = Registry(
    "scheduler",
    "schedulers",
    {
        "fold_race": "ayar.schedulers.fold_race:FoldRace",
        "schedule_aware": "ayar.schedulers.schedule_aware:ScheduleAware",
    },
)
