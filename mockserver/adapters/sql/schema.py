"""The tables. A record stands in its row as JSON; beside it are the columns that it is found by.

No table names another as foreign: who changes a sandbox holds its lock, and takes everything along.
"""

from sqlalchemy import BigInteger, Column, Float, Index, Integer, MetaData, Table, Text

METADATA = MetaData()


def _of_a_sandbox(name: str, *items: Column[object] | Index) -> Table:
    """Records of sandboxes, by their other columns."""
    sandbox, record = Column("sandbox_id", Text, primary_key=True), Column("record", Text, nullable=False)
    return Table(name, METADATA, sandbox, *items, record, sqlite_with_rowid=False)


def _in_order(name: str, *more: Column[object]) -> Table:
    """Records of account groups, in the order of their serial numbers."""
    return _of_a_sandbox(
        name,
        Column("id", Text, primary_key=True),
        Column("account_group_id", Text, nullable=False),
        Column("serial", BigInteger, nullable=False),
        *more,
        Index(f"{name}_in_order", "sandbox_id", "account_group_id", "serial"),
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
ACCOUNT_GROUPS = _of_a_sandbox(
    "account_groups",
    Column("id", Text, primary_key=True),
    Column("serial", BigInteger, nullable=False),
)
AUDIENCES = _in_order("audiences", Column("stamp", BigInteger, nullable=False))
"""`stamp` is another whenever the audience or a job on it is changed."""
FOLDERS = _in_order("folders")
JOBS = _in_order(
    "jobs",
    Column("audience_id", Text, nullable=False),
    Column("outcome", Text),
)
Index("jobs_ended", JOBS.c.sandbox_id, JOBS.c.account_group_id, JOBS.c.outcome, JOBS.c.serial)
IS_OPEN = JOBS.c.outcome.is_(None)
for _name, _column in (("jobs_open", JOBS.c.account_group_id), ("jobs_open_on", JOBS.c.audience_id)):
    Index(_name, JOBS.c.sandbox_id, _column, postgresql_where=IS_OPEN, sqlite_where=IS_OPEN)
REPLAYS = _of_a_sandbox(
    "replays",
    Column("account_group_id", Text, primary_key=True),
    Column("idempotency_key", Text, primary_key=True),
)
JOURNALS = Table(
    "journals",
    METADATA,
    Column("sandbox_id", Text, primary_key=True),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("cleared_at", Float(53), nullable=False),
    sqlite_with_rowid=False,
)
EXCHANGES = _of_a_sandbox(
    "exchanges",
    Column("number", BigInteger, primary_key=True),
    Column("size", BigInteger, nullable=False),
)
VERSIONS = Table("schema_versions", METADATA, Column("version", Integer, primary_key=True))
OF_A_SANDBOX = (API_KEYS, ACCOUNT_GROUPS, AUDIENCES, FOLDERS, JOBS, REPLAYS)
"""What a sandbox that is cleared loses, beside what is in its journal."""
