"""The tables. A row holds its record as JSON, and the columns for searching.

There are no foreign keys: a change of a sandbox holds its lock, and changes all its tables.
"""

from sqlalchemy import BigInteger, Column, Float, Index, Integer, MetaData, Table, Text, text

METADATA = MetaData()


def _sandbox_table(name: str, *items: Column[object] | Index) -> Table:
    """Return a table of sandboxes' records, with further columns."""
    sandbox, record = Column("sandbox_id", Text, primary_key=True), Column("record", Text, nullable=False)
    return Table(name, METADATA, sandbox, *items, record, sqlite_with_rowid=False)


def _ordered_table(name: str, *more: Column[object]) -> Table:
    """Return a table of account groups' records, ordered by serial number."""
    return _sandbox_table(
        name,
        Column("id", Text, primary_key=True),
        Column("account_group_id", Text, nullable=False),
        Column("serial", BigInteger, nullable=False),
        *more,
        Index(f"{name}_ordered_table", "sandbox_id", "account_group_id", "serial"),
    )


SANDBOXES = Table(
    "sandboxes",
    METADATA,
    Column("place", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("serials", BigInteger, nullable=False),
    Column("record", Text, nullable=False),
    Column("seed", Text, nullable=False),
)
API_KEYS = Table(
    "api_keys",
    METADATA,
    Column("token", Text, primary_key=True),
    Column("sandbox_id", Text, nullable=False, index=True),
    Column("record", Text, nullable=False),
    sqlite_with_rowid=False,
)
ACCOUNT_GROUPS = _sandbox_table(
    "account_groups",
    Column("id", Text, primary_key=True),
    Column("serial", BigInteger, nullable=False),
)
AUDIENCES = _ordered_table("audiences", Column("stamp", BigInteger, nullable=False))
"""`stamp` is the version of the audience: it changes with the audience and with the jobs on it."""
FOLDERS = _ordered_table("folders")
JOBS = _ordered_table(
    "jobs",
    Column("audience_id", Text, nullable=False),
    Column("outcome", Text),
)
Index("jobs_ended", JOBS.c.sandbox_id, JOBS.c.account_group_id, JOBS.c.outcome, JOBS.c.serial)
IS_OPEN = JOBS.c.outcome.is_(None)
for _name, _column in (("jobs_open", JOBS.c.account_group_id), ("jobs_open_on", JOBS.c.audience_id)):
    Index(_name, JOBS.c.sandbox_id, _column, postgresql_where=IS_OPEN, sqlite_where=IS_OPEN)
REPLAYS = _sandbox_table(
    "replays",
    Column("account_group_id", Text, primary_key=True),
    Column("idempotency_key", Text, primary_key=True),
)
SNAPSHOTS = _sandbox_table(
    "snapshots",
    Column("name", Text, primary_key=True),
    Column("document", Text, nullable=False),
)
JOURNALS = Table(
    "journals",
    METADATA,
    Column("sandbox_id", Text, primary_key=True),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("cleared_at", Float(53), nullable=False),
    Column("run", Text, nullable=False, server_default=""),
    Column("counts", Text, nullable=False, server_default="{}"),
    Column("examined", BigInteger, nullable=False, server_default=text("0")),
    sqlite_with_rowid=False,
)
"""A journal, and the coverage of its sandbox: `counts` is a JSON object."""
REMOVED_COUNTS = Table(
    "removed_counts",
    METADATA,
    Column("place", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("run", Text, nullable=False, index=True),
    Column("counts", Text, nullable=False),
)
"""The coverage of removed sandboxes. A removal inserts a row, and waits for no other; now and then rows are merged."""
EXCHANGES = _sandbox_table(
    "exchanges",
    Column("number", BigInteger, primary_key=True),
    Column("size", BigInteger, nullable=False),
)
VERSIONS = Table("schema_versions", METADATA, Column("version", Integer, primary_key=True))
SANDBOX_TABLES = (API_KEYS, ACCOUNT_GROUPS, AUDIENCES, FOLDERS, JOBS, REPLAYS)
"""The tables that clearing a sandbox empties, in addition to its journal."""
