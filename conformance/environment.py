"""The one place where the environment is read."""

import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Environment:
    """`api_key`: AUDIENCE_API_KEY. `live`: a person watches a terminal. `colour`: it may be in colour."""

    api_key: str | None
    live: bool
    colour: bool


def read() -> Environment:
    """What the environment says now."""
    names = os.environ  # noqa: TID251  (this is the place)
    person = sys.stdout.isatty() and not names.get("CI") and names.get("TERM") != "dumb"
    plain = bool(names.get("NO_COLOR"))
    return Environment(names.get("AUDIENCE_API_KEY") or None, live=person and not plain, colour=person and not plain)


def isolate_pytest() -> None:
    """Take away what is meant for another pytest than ours; Hypothesis leaves nothing where its user works."""
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        os.environ.pop(name, None)  # noqa: TID251  (the same)
    storage = Path(tempfile.gettempdir()) / "audience-conformance"
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(storage))  # noqa: TID251  (the same)
