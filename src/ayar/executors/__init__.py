"""Where the objective runs: in this process, or in child processes that may crash, hang or be killed without harm."""

from ayar.base.registry import Registry

EXECUTORS = Registry(
    "executor",
    "executors",
    {
        "inline": "ayar.executors.inline:InlineExecutor",
        "processes": "ayar.executors.processes:ProcessExecutor",
    },
)
