"""`audience-mock serve` with an unusable store: one line with the reason and without a password."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from mockserver.adapters.sql.factory import open_store
from mockserver.config import Settings
from mockserver.ports import StoreError
from tests.harness.cli_server import startup_error
from tests.stores.databases import Postgres, running_postgres

NONE = "it is none: write memory, sqlite:///FILE or postgresql://USER@HOST/DATABASE"


def address_error(url: str) -> str:
    """Return what is wrong with an address."""

    async def main() -> None:
        async with open_store(url, 1, 1):
            pass

    with pytest.raises(StoreError) as caught:
        asyncio.run(main())
    return str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "memory ",
        "postgresql://host:port/database",
        "postgresql://[::1",
        "postgresql+asyncpg://host/database",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:///file.db?mode=ro",
        "sqlite://host/file.db",
    ],
)
def test_an_invalid_store_address_is_refused_with_the_valid_forms(url: str) -> None:
    assert address_error(url) == NONE


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("postgresql://127.0.0.1:1/database", "cannot reach the database: [Errno 111]"),
        ("postgresql://user:hush@/database?host=/no/such", "cannot reach the database: [Errno 2] No such file"),
        ("postgresql://user:hush@127.0.0.1:1/database?sslmode=hush", "it cannot be understood"),
        ("sqlite:////no/such/folder/x.db", "cannot use the file /no/such/folder/x.db: unable to open database file"),
        ("sqlite:////tmp", "cannot use the file /tmp: unable to open database file"),
        ("sqlite:///a%00b", "embedded null"),
    ],
)
def test_a_store_that_cannot_be_opened_is_reported_in_one_line(url: str, why: str) -> None:
    message = address_error(url)

    assert why in message
    assert "\n" not in message
    assert "hush" not in message


def test_a_file_that_is_no_database_is_left_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear reader, " * 1_000)

    err = startup_error("--store", f"sqlite:///{path}")

    assert "file is not a database" in err
    assert path.read_text() == "Dear reader, " * 1_000
    assert [file.name for file in tmp_path.iterdir()] == ["letter.txt"]


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as running:
        yield running


async def do(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def test_an_unknown_database_is_reported_in_one_line(postgres: Postgres) -> None:
    err = startup_error("--store", postgres.url.replace("/postgres?", "/unknown?"))

    assert 'database "unknown" does not exist' in err


def test_a_wrong_password_is_reported_in_one_line_without_the_password(postgres: Postgres) -> None:
    postgres.ask_for_password_of("locked")
    asyncio.run(do(postgres.url, "CREATE ROLE locked LOGIN PASSWORD 'right'", "SELECT pg_reload_conf()"))

    err = startup_error("--store", postgres.url.replace("postgres:@", "locked:hush@"))

    assert 'password authentication failed for user "locked"' in err
    assert "hush" not in err


def test_a_user_without_the_right_to_create_tables_is_reported_in_one_line(postgres: Postgres) -> None:
    asyncio.run(do(postgres.url, "CREATE ROLE reader LOGIN"))

    err = startup_error("--store", postgres.url.replace("postgres:@", "reader@"))

    assert "permission denied for schema public" in err


@pytest.mark.parametrize(
    ("store", "shown"),
    [
        ("memory", "memory"),
        ("sqlite:////home/me@work/state.db", "sqlite:////home/me@work/state.db"),
        ("postgresql://host/database", "postgresql://host/database"),
        ("postgresql://user:hush@host/database", "postgresql://host/database"),
        ("postgresql://user:hu@sh/@host/database", "postgresql://host/database"),
        ("postgresql:user:hush@host/database", "host/database"),
        ("user:hush@host/database", "host/database"),
        ("postgresql://host/database?PASSWORD=hush", "postgresql://host/database?PASSWORD=***"),
        ("postgresql://host/database?password=hush&user=me", "postgresql://host/database?password=***&user=me"),
    ],
)
def test_an_address_is_shown_without_its_password(store: str, shown: str) -> None:
    assert Settings(store=store).shown_store == shown
