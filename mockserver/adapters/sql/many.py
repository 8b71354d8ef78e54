"""Statements of PostgreSQL for several lists of values at once: an array for each position."""

import re

_POSITION = re.compile(r"\$(\d+)(?:::\w+)?")
_NUMBERS = frozenset({"expected", "stamp"})


def select_many(sql: str, positions: int) -> str:
    """Return a SELECT for several lists of texts; each row begins with the place of its list."""
    one = _POSITION.sub(r"asked.value\1", sql)
    names = [f"value{number}" for number in range(1, positions + 1)]
    return f"SELECT asked.place, one.* FROM {_asked(names)} CROSS JOIN LATERAL ({one}) AS one"  # noqa: S608  (no value)


def change_many(verb: str, *names: str) -> str:
    """Return a change of the audiences of the expected versions; a row for each changed, with its place and its id.

    An audience that another transaction holds counts as changed: the statement waits for nobody, so that it keeps
    nobody waiting and takes part in no deadlock. Of two changes of the same audience one is made.
    """
    return (
        f"WITH asked AS (SELECT asked.* FROM {_asked(names)} JOIN audiences USING (sandbox_id, id) "  # noqa: S608  (no value)
        "WHERE audiences.stamp = asked.expected FOR UPDATE OF audiences SKIP LOCKED) "
        f"{verb} asked WHERE audiences.sandbox_id = asked.sandbox_id AND audiences.id = asked.id "
        "RETURNING asked.place, audiences.id"
    )


def _asked(names: list[str] | tuple[str, ...]) -> str:
    arrays = [f"${number}::{_kind(name)}[]" for number, name in enumerate(names, 1)]
    return f"unnest({', '.join(arrays)}) WITH ORDINALITY AS asked({', '.join(names)}, place)"


def _kind(name: str) -> str:
    return "bigint" if name in _NUMBERS else "text"
