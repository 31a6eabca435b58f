"""The verb `doctor`."""

from ayar.cli.choices import DEFAULT_STORAGE
from ayar.cli.exits import Exit
from ayar.cli.options import Json, Quiet, Storage, Verbose, ended
from ayar.cli.talk import Talk


def doctor(
    storage: Storage = None,
    as_json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Look at this machine and the store's place: versions, disk, cores, what is installed; each trouble with a remedy.

    Exit code 1 when something would keep Ayar from working.
    """

    def work(talk: Talk) -> Exit:
        from ayar.cli.doctor import doctor as run

        return run(storage or DEFAULT_STORAGE, as_json=as_json, talk=talk)

    ended(work, Talk(quiet, verbose))
