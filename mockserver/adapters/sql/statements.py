"""The statements of the store."""

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.engine import Dialect

from mockserver.adapters.sql.database import compile_query
from mockserver.adapters.sql.schema import (
    ACCOUNT_GROUPS,
    API_KEYS,
    AUDIENCES,
    EXCHANGES,
    FOLDERS,
    JOBS,
    JOURNALS,
    REMOVED_COUNTS,
    REPLAYS,
    SANDBOX_TABLES,
    SANDBOXES,
    SNAPSHOTS,
    VERSIONS,
)
from mockserver.adapters.sql.writer import Writer


class Statements:
    """The statements about sandboxes and their records."""

    def __init__(self, dialect: Dialect) -> None:
        writer = Writer(dialect)
        callers = select(API_KEYS.c.record, SANDBOXES.c.record).join(SANDBOXES, SANDBOXES.c.id == API_KEYS.c.sandbox_id)
        callers = callers.where(API_KEYS.c.token == bindparam("token"))
        self.caller = writer.select_many(callers, "token")
        self.sandboxes = compile_query(select(SANDBOXES.c.record).order_by(SANDBOXES.c.place), dialect)
        self.count = compile_query(select(func.count()).select_from(SANDBOXES), dialect)
        self.tokens = compile_query(select(API_KEYS.c.token), dialect)

        self.add_sandbox = writer.insert(SANDBOXES)
        self.sandbox = writer.select_columns(SANDBOXES, "id", "record", "serials")
        self.seed = writer.select_columns(SANDBOXES, "id", "seed")
        self.save_sandbox = writer.update(SANDBOXES, "id", "record")
        self.save_seed = writer.update(SANDBOXES, "id", "seed")
        self.save_serials = writer.update(SANDBOXES, "id", "serials")
        self.drop_sandbox = writer.delete(SANDBOXES, "id")
        self.empty = [writer.delete(table, "sandbox_id") for table in SANDBOX_TABLES]

        self.snapshots = writer.select(SNAPSHOTS, "sandbox_id")
        document = select(SNAPSHOTS.c.document).where(
            SNAPSHOTS.c.sandbox_id == bindparam("sandbox_id"), SNAPSHOTS.c.name == bindparam("name")
        )
        self.snapshot_document = compile_query(document, dialect, "sandbox_id", "name")
        self.save_snapshot = writer.upsert(SNAPSHOTS)
        self.drop_snapshot = writer.delete(SNAPSHOTS, "sandbox_id", "name")
        self.drop_snapshots = writer.delete(SNAPSHOTS, "sandbox_id")

        self.api_key = writer.select(API_KEYS, "sandbox_id", "token")
        self.api_keys = writer.select(API_KEYS, "sandbox_id")
        self.save_api_key = writer.save_api_key()
        self.drop_api_key = writer.delete(API_KEYS, "sandbox_id", "token")

        self.account_group = writer.select(ACCOUNT_GROUPS, "sandbox_id", "id")
        self.account_groups = writer.select(ACCOUNT_GROUPS, "sandbox_id")
        self.save_account_group = writer.upsert(ACCOUNT_GROUPS)
        self.drop_account_group = [
            writer.delete(ACCOUNT_GROUPS, "sandbox_id", "id"),
            *(writer.delete(table, "sandbox_id", "account_group_id") for table in (AUDIENCES, FOLDERS, JOBS, REPLAYS)),
        ]

        self.sandbox_with_audience = writer.select_sandbox_with_audience()
        self.save_audience_if = writer.save_audience_if()
        self.drop_audience_if = writer.delete_audience_if()
        self.touch_audience = writer.touch_audience_version()
        self.audience = writer.select_audience(locked=False)
        self.audience_locked = writer.select_audience(locked=True)
        self.audiences = writer.select_page(AUDIENCES)
        self.save_audience = writer.upsert(AUDIENCES)
        self.drop_audience = writer.delete(AUDIENCES, "sandbox_id", "id")

        self.folder = writer.select_in_group(FOLDERS)
        self.folders = writer.select_page(FOLDERS)
        self.save_folder = writer.upsert(FOLDERS)

        self.job = writer.select(JOBS, "sandbox_id", "id")
        self.jobs = writer.select_page(JOBS)
        self.ended_jobs = writer.select_page(JOBS, "outcome")
        self.open_jobs = writer.select_open_jobs("account_group_id")
        self.open_jobs_on = writer.select_open_jobs("audience_id")
        self.save_job = writer.upsert(JOBS)

        self.replay = writer.select(REPLAYS, "sandbox_id", "account_group_id", "idempotency_key")
        self.replays = writer.select(REPLAYS, "sandbox_id")
        self.save_replay = writer.upsert(REPLAYS)


class JournalStatements:
    """The statements about journals."""

    def __init__(self, dialect: Dialect) -> None:
        writer = Writer(dialect)
        columns = JOURNALS.c.first, JOURNALS.c.last, JOURNALS.c.bytes, JOURNALS.c.cleared_at, JOURNALS.c.counts
        of_journal = JOURNALS.c.sandbox_id == bindparam("sandbox_id")
        state = select(*columns).where(of_journal)
        self.begin = writer.insert(JOURNALS)
        self.state = compile_query(state, dialect, "sandbox_id")
        self.state_locked = compile_query(state.with_for_update(), dialect, "sandbox_id")
        self.save = writer.update(JOURNALS, "sandbox_id", "first", "last", "bytes", "cleared_at", "counts")
        self.restart = writer.update(JOURNALS, "sandbox_id", "first", "last", "bytes", "cleared_at", "examined")
        removed = (
            delete(JOURNALS)
            .where(of_journal)
            .returning(JOURNALS.c.run, JOURNALS.c.counts, JOURNALS.c.examined, JOURNALS.c.last)
        )
        self.remove = compile_query(removed, dialect, "sandbox_id")
        self.add = writer.insert(EXCHANGES)
        self.drop = writer.delete(EXCHANGES, "sandbox_id")

        of_sandbox = EXCHANGES.c.sandbox_id == bindparam("sandbox_id")
        oldest = select(EXCHANGES.c.number, EXCHANGES.c.size).where(
            of_sandbox, EXCHANGES.c.number >= bindparam("first")
        )
        oldest = oldest.order_by(EXCHANGES.c.number).limit(bindparam("most"))
        self.oldest = compile_query(oldest, dialect, "sandbox_id", "first", "most")
        older = delete(EXCHANGES).where(of_sandbox, EXCHANGES.c.number < bindparam("first"))
        self.drop_older = compile_query(older, dialect, "sandbox_id", "first")
        newer = select(EXCHANGES.c.number, EXCHANGES.c.record).where(
            of_sandbox, EXCHANGES.c.number > bindparam("after")
        )
        self.newer = compile_query(newer.order_by(EXCHANGES.c.number), dialect, "sandbox_id", "after")


class CoverageStatements:
    """The statements about coverage."""

    def __init__(self, dialect: Dialect) -> None:
        writer = Writer(dialect)
        tallies = select(JOURNALS.c.sandbox_id, JOURNALS.c.counts, JOURNALS.c.examined, JOURNALS.c.last)
        of_sandbox, of_run = JOURNALS.c.sandbox_id == bindparam("sandbox_id"), JOURNALS.c.run == bindparam("run")
        self.tally = compile_query(tallies.where(of_sandbox), dialect, "sandbox_id")
        self.tally_locked = compile_query(tallies.where(of_sandbox).with_for_update(), dialect, "sandbox_id")
        unexamined = tallies.where(JOURNALS.c.last > JOURNALS.c.examined)
        self.unexamined = compile_query(unexamined, dialect)
        self.unexamined_of_run = compile_query(unexamined.where(of_run), dialect, "run")
        counts = select(JOURNALS.c.counts)
        self.counts = compile_query(counts, dialect)
        self.counts_of_run = compile_query(counts.where(of_run), dialect, "run")
        self.save = writer.update(JOURNALS, "sandbox_id", "counts", "examined")
        forgotten = update(JOURNALS).values(counts="{}", examined=JOURNALS.c.last)
        self.forget = compile_query(forgotten, dialect)
        self.forget_run = compile_query(forgotten.where(of_run), dialect, "run")

        of_removed_run = REMOVED_COUNTS.c.run == bindparam("run")
        added = insert(REMOVED_COUNTS).values(run=bindparam("run"), counts=bindparam("counts"))
        self.add_removed = compile_query(added.returning(REMOVED_COUNTS.c.place), dialect, "run", "counts")
        removed = select(REMOVED_COUNTS.c.counts)
        self.removed = compile_query(removed, dialect)
        self.removed_of_run = compile_query(removed.where(of_removed_run), dialect, "run")
        dropped = delete(REMOVED_COUNTS)
        taken = REMOVED_COUNTS.c.place, REMOVED_COUNTS.c.run, REMOVED_COUNTS.c.counts
        self.take_removed = compile_query(dropped.returning(*taken), dialect)
        self.drop_removed = compile_query(dropped, dialect)
        self.drop_removed_of_run = compile_query(dropped.where(of_removed_run), dialect, "run")


class VersionStatements:
    """The statements about the schema's version."""

    def __init__(self, dialect: Dialect) -> None:
        self.version = compile_query(select(func.max(VERSIONS.c.version)), dialect)
        self.note = Writer(dialect).insert(VERSIONS)
