"""What a PostgreSQL server's errors mean, in our words. Passwords are in none of them.

Source: postgresql.org/docs, Appendix A, Error Codes.
"""

from sqlalchemy.exc import DBAPIError

from ayar.base.errors import StoreBusy, StoreError, StoreNotWritable, StoreUnreachable, StoreUnreadable

_GONE = "{address}: the server does not answer or cut the connection ({said}); trying again is safe"
_BY_STATE: tuple[tuple[str, type[StoreError], str], ...] = (
    ("08", StoreUnreachable, _GONE),
    ("57P0", StoreUnreachable, _GONE),
    ("25P03", StoreUnreachable, "{address}: the server cut this worker off, which had stopped within a transaction"),
    ("53300", StoreUnreachable, "{address}: the server has no connection left ({said}); raise max_connections"),
    ("55P03", StoreBusy, "{address}: the study stayed locked; nothing was written, trying again is safe"),
    ("53100", StoreNotWritable, "{address}: the server's disk is full; nothing was written, free some space"),
    ("42501", StoreNotWritable, "{address}: this user may not do it ({said}); ask the database's owner to GRANT it"),
    ("25006", StoreNotWritable, "{address}: the server is read-only, a stand-by perhaps; name the primary"),
    ("XX00", StoreUnreadable, "{address}: the server says the data are damaged ({said})"),
    ("58", StoreUnreadable, "{address}: the server's disk failed ({said}); nothing was acknowledged"),
)
"""(how the SQLSTATE begins, our error, our words)."""
_REFUSED = (
    "{address}: the server refused the user ({said}); give user and password in the address, in PGUSER and "
    "PGPASSWORD, or in ~/.pgpass"
)
_BY_WORDS: tuple[tuple[str, type[StoreError], str], ...] = (
    ("password", StoreUnreadable, _REFUSED),
    ("authentication", StoreUnreadable, _REFUSED),
    ('role "', StoreUnreadable, _REFUSED),
    ("pg_hba", StoreUnreadable, _REFUSED),
    ('database "', StoreUnreadable, "{address}: {said}; make it with createdb, or name another"),
    ("invalid ", StoreUnreadable, "{address}: {said}"),
)
"""(what is in the message of a connection that was refused, our error, our words); it has no SQLSTATE."""


def in_our_words(error: DBAPIError, address: str) -> StoreError:
    """The error to raise for one of the database's."""
    state = getattr(error.orig, "sqlstate", None)
    said = " ".join(str(error.orig).split())
    kind, message = _meaning(state, said, lost=error.connection_invalidated or _is_operational(error))
    return kind(message.format(address=address, said=said))


def _is_operational(error: DBAPIError) -> bool:
    return type(error.orig).__name__ == "OperationalError"


def _meaning(state: str | None, said: str, *, lost: bool) -> tuple[type[StoreError], str]:
    if state is not None:
        for start, kind, message in _BY_STATE:
            if state.startswith(start):
                return kind, message
    elif lost:
        refused = said.rpartition("FATAL:")[2] if "FATAL:" in said else ""
        for words, kind, message in _BY_WORDS:
            if words in refused:
                return kind, message
        return StoreUnreachable, _GONE
    return StoreUnreadable, "{address}: the database said: {said}"
