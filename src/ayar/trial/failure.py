"""Why a trial failed: text and numbers only, so that looking at it runs no code."""

from hashlib import blake2b

import msgspec

from ayar.base.errors import ArgumentError, shorten

KINDS = ("exception", "timeout", "memory", "signal", "exit", "lost", "bad_value", "cancelled")
"""Why an attempt failed.

exception   an exception escaped                        exit       the process ended itself (sys.exit, os._exit)
timeout     no result within the time limit             lost       the process is gone and nobody knows why
memory      MemoryError, or killed for its memory       bad_value  the result is not a finite or infinite number
signal      a signal ended the process (a crash)        cancelled  a person or the end of the study ended it
"""


class Failure(msgspec.Struct, frozen=True, omit_defaults=True):
    """One failure of one attempt; nothing of the objective's objects is kept."""

    kind: str
    """One of `KINDS`."""
    message: str
    type: str = ""
    """Qualified name of the exception's class; empty where no exception was seen."""
    where: str = ""
    """Innermost line of the traceback, as "file.py:12 in loss"."""
    traceback: str = ""
    """At most the last 8 KB."""
    stderr: str = ""
    """At most the last 4 KB of the attempt's standard error."""
    signal: int | None = None
    """The signal that ended the process."""
    exit_code: int | None = None
    """The code with which the process ended itself."""
    digest: str = ""
    """Equal for equal causes: made of kind, type, place, signal and exit code, not of the message."""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ArgumentError(f"Failure: expected a kind among {', '.join(KINDS)}, got {shorten(self.kind)}")
        for field in ("message", "type", "where", "traceback", "stderr"):
            # Lone surrogates, as undecodable file names have, fit into no database.
            text = getattr(self, field)
            if not text.isascii():
                msgspec.structs.force_setattr(self, field, text.encode(errors="replace").decode())
        if not self.digest:
            cause = msgspec.json.encode((self.kind, self.type, self.where, self.signal, self.exit_code))
            msgspec.structs.force_setattr(self, "digest", blake2b(cause, digest_size=8).hexdigest())

    @property
    def headline(self) -> str:
        """One line for tables: the type (or kind) and the message's first line."""
        first = self.message.strip().partition("\n")[0]
        name = self.type or self.kind
        return f"{name}: {first}" if first else name
