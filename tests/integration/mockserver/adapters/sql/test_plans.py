"""The plans of PostgreSQL for the statements of usual requests, when its statistics lack or are of a smaller table."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from mockserver.adapters.sql.database import Query
from mockserver.adapters.sql.postgres import Postgres, open_postgres
from mockserver.adapters.sql.statements import Statements
from mockserver.adapters.sql.store import Bounds, open_sql_store
from tests.stores.contract import GROUP, audience, make_sandbox
from tests.stores.databases import fresh_database, postgres

MANY = 5_000
STATEMENTS = ["audience", "audience_locked", "sandbox_with_audience"]
GROUPED = {"sandbox_with_audience": GROUP, "drop_audience_if": 1, "save_audience_if": 1}
"""Statements for several requests at once, each with its third value."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres() as running:
        yield running


@pytest.fixture(scope="module")
def unanalyzed(server: str) -> str:
    """The address of a database in which an account group has many audiences, and no table has been analyzed."""
    return asyncio.run(filled(server, MANY))


@pytest.fixture(scope="module")
def small(server: str) -> str:
    """The address of a database with few audiences, as its statistics say."""
    return asyncio.run(filled(server, 3, "ANALYZE"))


async def filled(server: str, audiences: int, *afterwards: str) -> str:
    url = await fresh_database(server)
    async with open_sql_store(await open_postgres(url), Bounds()) as store:
        connection = await asyncpg.connect(url)
        await connection.execute("ALTER TABLE audiences SET (autovacuum_enabled = off)")
        await make_sandbox(store, "s")
        async with store.transaction("s") as transaction:
            for serial in range(audiences):
                await transaction.save_audience(audience(serial))
        for sql in afterwards:
            await connection.execute(sql)
        await connection.close()
    return url


async def indexes_for(url: str, statement: str) -> set[str]:
    """Return the indexes that a session of a store uses for a statement."""
    query = getattr(Statements(Postgres.dialect), statement)
    return await indexes_of(url, replace(query, many=""), "s", audience(0).id, GROUP)


async def indexes_for_many(url: str, statement: str) -> set[str]:
    """Return the indexes that it uses for the values of several requests."""
    query = getattr(Statements(Postgres.dialect), statement)
    values: list[list[object]] = [["s"], [audience(0).id], [GROUPED[statement]], ["{}"], [2]]
    return await indexes_of(url, replace(query, sql=query.many, many=""), *values[: len(query.order)])


async def indexes_of(url: str, query: Query, *values: object) -> set[str]:
    database = await open_postgres(url)
    rows = await database.rows(replace(query, sql=f"EXPLAIN (FORMAT JSON) {query.sql}"), *values)
    await database.close()
    return used_indexes(json.loads(rows[0][0])[0]["Plan"])


def used_indexes(plan: Any) -> set[str]:
    """Return the indexes of a plan and of its parts."""
    own = {plan["Index Name"]} if "Index Name" in plan else set()
    return own.union(*(used_indexes(part) for part in plan.get("Plans", [])))


@pytest.mark.parametrize("statement", STATEMENTS)
def test_an_audience_among_many_of_its_account_group_is_read_by_its_key(unanalyzed: str, statement: str) -> None:
    indexes = asyncio.run(indexes_for(unanalyzed, statement))

    assert "audiences_pkey" in indexes
    assert "audiences_ordered_table" not in indexes


@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_plan_made_for_a_small_table_uses_the_key_too(small: str, statement: str) -> None:
    assert "audiences_pkey" in asyncio.run(indexes_for(small, statement))


@pytest.mark.parametrize("database", ["unanalyzed", "small"])
@pytest.mark.parametrize("statement", GROUPED)
def test_the_audiences_of_several_requests_are_found_by_their_keys(
    statement: str, database: str, request: pytest.FixtureRequest
) -> None:
    indexes = asyncio.run(indexes_for_many(request.getfixturevalue(database), statement))

    assert "audiences_pkey" in indexes
    assert "audiences_ordered_table" not in indexes
