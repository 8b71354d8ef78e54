"""The parsing of JSON that a target has sent: no nesting that a later step could fail at."""

import json
from functools import lru_cache
from typing import Any

_DEEPEST = 200
"""The deepest nesting of arrays and objects; half of what Python's own functions can take."""

_LONG = 1 << 16  # bytes
_OPENING = (b"[", b"{")


def parse_json(raw: bytes) -> Any:  # noqa: ANN401  (JSON)
    """Return a JSON document, which is only to be read.

    Raises:
        ValueError: The text is not JSON in UTF-8, or is nested too deeply.
    """
    return _parse_long(raw) if len(raw) > _LONG else _parse(raw)


def _parse(raw: bytes) -> Any:  # noqa: ANN401  (JSON)
    try:
        document = json.loads(raw.decode("utf-8"))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if sum(map(raw.count, _OPENING)) > _DEEPEST and _is_deep(document):
        raise ValueError("nested too deeply")
    return document


_parse_long = lru_cache(maxsize=4)(_parse)  # a check reads one member after another


def _is_deep(document: object) -> bool:
    """Return whether a document is nested too deeply, level by level."""
    level = [document]
    for _ in range(_DEEPEST + 1):
        level = [
            member
            for value in level
            if isinstance(value, (dict, list))
            for member in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            return False
    return True
