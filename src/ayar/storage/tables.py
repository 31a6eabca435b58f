"""The tables of a SQL store. `study` and `slot` are a projection of `event`, written in the same transaction."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, MetaData, Table, Text, text

FORMAT = 1
"""Version of these tables; a store with a higher one is refused."""

metadata = MetaData()
# STRICT tables refuse the type name BIGINT; SQLite's INTEGER holds 64 bits.
Big = BigInteger().with_variant(Integer(), "sqlite")

study = Table(
    "study",
    metadata,
    Column("id", Big, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False, unique=True),
    Column("head", Big, nullable=False, default=0),
    Column("chain", Text, nullable=False, default=""),
    Column("next_number", Big, nullable=False, default=0),
    Column("next_token", Big, nullable=False, default=1),
    Column("asked", Big, nullable=False, default=0),
    Column("max_trials", Big),
    Column("active", Big, nullable=False, default=0),
    Column("max_active", Big),
    Column("touched", Big, nullable=False, default=0),
    Column("clock", Text, nullable=False, default=""),
    Column("stopped", Integer, nullable=False, default=0),
    Column("lost_retries", Integer, nullable=False, default=0),
    Column("min_reader", Integer, nullable=False, default=1),
    sqlite_strict=True,
)

event = Table(
    "event",
    metadata,
    Column("study_id", Big, ForeignKey("study.id"), primary_key=True),
    Column("id", Big, CheckConstraint("id > 0"), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("number", Big),
    Column("worker", Text),
    Column("at", Big, nullable=False),
    Column("active", Big, nullable=False),
    Column("key", Text),
    Column("body", Text, nullable=False),
    Column("chain", Text, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
Index("event_key", event.c.study_id, event.c.key, unique=True, sqlite_where=event.c.key.is_not(None),
      postgresql_where=event.c.key.is_not(None))  # fmt: skip

slot = Table(
    "slot",
    metadata,
    Column("study_id", Big, ForeignKey("study.id"), primary_key=True),
    Column("number", Big, primary_key=True),
    Column("state", Text, CheckConstraint("state IN ('reserved','waiting','running','paused')"), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("lost", Integer, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("token", Big),
    Column("worker", Text),
    Column("holder", Text, nullable=False),
    Column("ttl", Big, nullable=False),
    Column("expires", Big, nullable=False),
    Column("clock", Text, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
Index("slot_free", slot.c.study_id, slot.c.priority, slot.c.number, sqlite_where=text("token IS NULL"),
      postgresql_where=text("token IS NULL"))  # fmt: skip
Index("slot_leased", slot.c.study_id, sqlite_where=text("token IS NOT NULL"),
      postgresql_where=text("token IS NOT NULL"))  # fmt: skip

meta = Table(
    "meta", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False), sqlite_strict=True
)
