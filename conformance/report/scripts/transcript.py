"""The comparable form of what requests and responses said: it is the same whenever the same happened."""

import re
from collections.abc import Callable, Iterator
from typing import Any

TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|[+-][0-9:]+)?"
IDENTIFIER = r"(?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{5,}"
WITHIN = 8
Json = Any


def comparable(entries: list[Any], known: list[str]) -> Json:
    """Return entries with known values as <0>, <1> ..., moments as TIME, and other identifiers as #0, #1 ..."""
    masked = [
        in_one_order(entry) for entry in each_text(entries, lambda text: re.sub(TIME, "TIME", without(text, known)))
    ]
    numbers: dict[str, int] = {}
    for text in texts(masked):
        for found in re.findall(IDENTIFIER, text):
            numbers.setdefault(found, len(numbers))
    return each_text(masked, lambda text: re.sub(IDENTIFIER, lambda found: f"#{numbers[found.group()]}", text))


def in_one_order(entry: Json) -> Json:
    """Return an entry; the transcripts of requests that are alike come in the order of their texts."""
    if not isinstance(entry, dict):
        return entry
    order = sorted(entry["alike"], key=lambda one: [re.sub(IDENTIFIER, "#", text) for text in texts(one)])
    return {"alike": order}


def without(text: str, known: list[str]) -> str:
    """Return a text with its known values numbered."""
    for index, value in enumerate(known):
        if text == value:
            text = f"<{index}>"
        elif len(value) >= WITHIN:
            text = text.replace(value, f"<{index}>")
    return text


def each_text(value: Json, change: Callable[[str], str]) -> Json:
    """Return a JSON value with each of its texts changed."""
    if isinstance(value, dict):
        return {name: each_text(member, change) for name, member in value.items()}
    if isinstance(value, list):
        return [each_text(member, change) for member in value]
    return change(value) if isinstance(value, str) else value


def texts(value: Json) -> Iterator[str]:
    """Yield the texts of a JSON value, the members of an object in the order of their names."""
    if isinstance(value, dict):
        for name in sorted(value):
            yield from texts(value[name])
    elif isinstance(value, list):
        for member in value:
            yield from texts(member)
    elif isinstance(value, str):
        yield value
