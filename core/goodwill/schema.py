"""The tables of the store.

Events, items, cursors and the owner's words are the truth. Signals of events whose text is kept,
contacts, addresses' persons and notices are a cache: ``goodwill rebuild`` makes them anew.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table, Text

HEAD = "0006"
"""The revision that this version of Goodwill works with; see ``migrations/versions``."""

metadata = MetaData()

# SQLite numbers rows by itself only in a column of type INTEGER.
_Id = BigInteger().with_variant(Integer, "sqlite")

meta = Table(
    "meta",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

owner = Table("owner", metadata, Column("address", String(320), primary_key=True))

streams = Table(
    "streams",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("account", String(320), nullable=False),
    Column("name", Text, nullable=False),
    Column("cursor", Text),
    Column("complete", Integer, nullable=False, default=0),
    Column("polled_at", BigInteger),
    Column("readers", Integer, nullable=False),
    Column("done", BigInteger, nullable=False, server_default="0"),
    Column("total", BigInteger, nullable=False, server_default="0"),
    Column("reaches", BigInteger),
    Index("streams_by_name", "account", "name", unique=True),
)

accounts = Table(
    "accounts",
    metadata,
    Column("name", String(320), primary_key=True),
    Column("provider", String(32), nullable=False),
    Column("address", String(320), nullable=False),
    Column("settings", Text, nullable=False),
    Column("connected_at", BigInteger, nullable=False),
    Column("tried_at", BigInteger),
    Column("read_at", BigInteger),
    Column("wait_until", BigInteger),
    Column("trouble", Text, nullable=False, server_default=""),
    Column("kind", String(16), nullable=False, server_default=""),
    Column("failures", Integer, nullable=False, server_default="0"),
)

items = Table(
    "items",
    metadata,
    Column("stream_id", BigInteger, primary_key=True, autoincrement=False),
    Column("item", String(255), primary_key=True),
    Column("version", String(64), primary_key=True),
    Column("key", BigInteger),
    sqlite_with_rowid=False,
)
_HELD = items.c.key.is_not(None)
Index("items_by_key", items.c.key, sqlite_where=_HELD, postgresql_where=_HELD)

events = Table(
    "events",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("message", BigInteger, index=True),
    Column("parent", BigInteger),
    Column("topic", BigInteger),
    Column("rank", String(96), nullable=False),
    Column("readers", Integer, nullable=False),
    Column("payload", Text, nullable=False),
    Column("text", Text),
    Column("quoted", Text),
    Column("series", BigInteger, index=True),
)

# A key that leads to event 0 is one of an event that was forgotten (see ``gate``).
keys = Table(
    "keys",
    metadata,
    Column("hash", _Id, primary_key=True, autoincrement=False),
    Column("event_id", BigInteger, nullable=False),
)

readers = Table(
    "readers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("detectors", Text, nullable=False, unique=True),
)

signals = Table(
    "signals",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("event_id", BigInteger, nullable=False, index=True),
    Column("detector", String(64), nullable=False),
    Column("payload", Text, nullable=False),
)

addresses = Table(
    "addresses",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("address", String(320), nullable=False, unique=True),
    Column("name", Text, nullable=False, default=""),
    Column("person_id", BigInteger, index=True),
)

names = Table(
    "names",
    metadata,
    Column("address_id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", String(255), primary_key=True),
    Column("count", Integer, nullable=False),
    sqlite_with_rowid=False,
)

links = Table(
    "links",
    metadata,
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
    Column("one", String(320), primary_key=True),
    Column("other", String(320), primary_key=True),
    sqlite_with_rowid=False,
)

contacts = Table(
    "contacts",
    metadata,
    Column("address_id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
    Column("flags", Integer, nullable=False),
    sqlite_with_rowid=False,
)

problems = Table(
    "problems",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("source", String(320), nullable=False),
    Column("place", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("remedy", Text, nullable=False, default=""),
    Column("event_id", BigInteger),
)

notices = Table(
    "notices",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("topic", String(16), nullable=False),
    Column("key", String(64), nullable=False),
    Column("payload", Text, nullable=False),
)

places = Table(
    "places",
    metadata,
    Column("subscriber", String(64), primary_key=True),
    Column("topic", String(16), primary_key=True),
    Column("position", BigInteger, nullable=False),
)

sayings = Table(
    "sayings",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("about", String(320), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("value", Text, nullable=False),
)

warnings = Table(
    "warnings",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("draft", BigInteger, nullable=False),
    Column("address", String(320), nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("payload", Text, nullable=False),
    Column("answer", String(16), nullable=False),
    Index("warnings_by_draft", "draft", "address", unique=True),
)

capitals = Table(
    "capitals",
    metadata,
    Column("person_id", _Id, primary_key=True, autoincrement=False),
    Column("stamp", String(64), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("sums", Text, nullable=False),
)
