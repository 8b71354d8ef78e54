"""All statements of the store."""

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.engine import Dialect

from mockserver.adapters.sql.database import prepared
from mockserver.adapters.sql.schema import (
    ACCOUNT_GROUPS,
    API_KEYS,
    AUDIENCES,
    EXCHANGES,
    FOLDERS,
    JOBS,
    JOURNALS,
    OF_A_SANDBOX,
    REPLAYS,
    SANDBOXES,
    VERSIONS,
)
from mockserver.adapters.sql.writer import Writer

_IN_GROUP = ("sandbox_id", "id", "account_group_id")


class Statements:
    """Of sandboxes and of all that is in one."""

    def __init__(self, dialect: Dialect) -> None:
        write = Writer(dialect)
        callers = select(API_KEYS.c.record, SANDBOXES.c.record).join(SANDBOXES, SANDBOXES.c.id == API_KEYS.c.sandbox_id)
        self.caller = prepared(callers.where(API_KEYS.c.token == bindparam("token")), dialect, "token")
        self.sandboxes = prepared(select(SANDBOXES.c.record).order_by(SANDBOXES.c.place), dialect)
        self.count = prepared(select(func.count()).select_from(SANDBOXES), dialect)
        self.tokens = prepared(select(API_KEYS.c.token), dialect)

        self.make_sandbox = write.insert(SANDBOXES)
        self.sandbox = write.columns(SANDBOXES, "id", "record", "serials")
        self.seed = write.columns(SANDBOXES, "id", "seed")
        self.save_sandbox = write.change(SANDBOXES, "id", "record")
        self.save_serials = write.change(SANDBOXES, "id", "serials")
        self.drop_sandbox = write.drop(SANDBOXES, "id")
        self.empty = [write.drop(table, "sandbox_id") for table in OF_A_SANDBOX]

        self.api_key = write.by(API_KEYS, "sandbox_id", "token")
        self.api_keys = write.by(API_KEYS, "sandbox_id")
        self.save_api_key = write.save_api_key()
        self.drop_api_key = write.drop(API_KEYS, "sandbox_id", "token")

        self.account_group = write.by(ACCOUNT_GROUPS, "sandbox_id", "id")
        self.account_groups = write.by(ACCOUNT_GROUPS, "sandbox_id")
        self.save_account_group = write.put(ACCOUNT_GROUPS)
        self.drop_account_group = [
            write.drop(ACCOUNT_GROUPS, "sandbox_id", "id"),
            *(write.drop(table, "sandbox_id", "account_group_id") for table in (AUDIENCES, FOLDERS, JOBS, REPLAYS)),
        ]

        self.look = write.look()
        self.save_audience_if = write.save_audience_if()
        self.drop_audience_if = write.drop_audience_if()
        self.stamp_audience = write.touch_audience_version()
        self.audience = write.audience(locked=False)
        self.audience_locked = write.audience(locked=True)
        self.audiences = write.pages(AUDIENCES)
        self.save_audience = write.put(AUDIENCES)
        self.drop_audience = write.drop(AUDIENCES, *_IN_GROUP[:2])

        self.folder = write.by(FOLDERS, *_IN_GROUP)
        self.folders = write.pages(FOLDERS)
        self.save_folder = write.put(FOLDERS)

        self.job = write.by(JOBS, "sandbox_id", "id")
        self.jobs = write.pages(JOBS)
        self.ended_jobs = write.pages(JOBS, "outcome")
        self.open_jobs = write.open_jobs("account_group_id")
        self.open_jobs_on = write.open_jobs("audience_id")
        self.save_job = write.put(JOBS)

        self.replay = write.by(REPLAYS, "sandbox_id", "account_group_id", "idempotency_key")
        self.replays = write.by(REPLAYS, "sandbox_id")
        self.save_replay = write.put(REPLAYS)


class JournalStatements:
    """Of journals."""

    def __init__(self, dialect: Dialect) -> None:
        write = Writer(dialect)
        state = select(JOURNALS.c.first, JOURNALS.c.last, JOURNALS.c.bytes, JOURNALS.c.cleared_at)
        state = state.where(JOURNALS.c.sandbox_id == bindparam("sandbox_id"))
        self.begin = write.insert(JOURNALS)
        self.state = prepared(state, dialect, "sandbox_id")
        self.state_locked = prepared(state.with_for_update(), dialect, "sandbox_id")
        self.save = write.change(JOURNALS, "sandbox_id", "first", "last", "bytes", "cleared_at")
        self.remove = write.drop(JOURNALS, "sandbox_id")
        self.add = write.insert(EXCHANGES)
        self.drop = write.drop(EXCHANGES, "sandbox_id")

        of_sandbox = EXCHANGES.c.sandbox_id == bindparam("sandbox_id")
        oldest = select(EXCHANGES.c.number, EXCHANGES.c.size).where(
            of_sandbox, EXCHANGES.c.number >= bindparam("first")
        )
        oldest = oldest.order_by(EXCHANGES.c.number).limit(bindparam("most"))
        self.oldest = prepared(oldest, dialect, "sandbox_id", "first", "most")
        older = delete(EXCHANGES).where(of_sandbox, EXCHANGES.c.number < bindparam("first"))
        self.drop_older = prepared(older, dialect, "sandbox_id", "first")
        newer = select(EXCHANGES.c.number, EXCHANGES.c.record).where(
            of_sandbox, EXCHANGES.c.number > bindparam("after")
        )
        self.newer = prepared(newer.order_by(EXCHANGES.c.number), dialect, "sandbox_id", "after")


class VersionStatements:
    """Of the schema's version."""

    def __init__(self, dialect: Dialect) -> None:
        self.version = prepared(select(func.max(VERSIONS.c.version)), dialect)
        self.note = Writer(dialect).insert(VERSIONS)
