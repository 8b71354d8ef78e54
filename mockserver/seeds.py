"""Reads seed documents, and checks them against their JSON Schema."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
import yaml

from mockserver.service.fault_documents import FaultError, check, documented_errors
from mockserver.service.seeding import SeedError
from openapi import contract

SCHEMA = "seed.schema.json"
DEFAULT = "default.yaml"
_DEEPEST = 32
_SAFE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INSTANT = "tag:yaml.org,2002:timestamp"


class _Loader(_SAFE):  # type: ignore[misc]  # which of the two is known only when it runs
    """Leaves instants the strings that they are in JSON."""

    yaml_implicit_resolvers = {  # noqa: RUF012  (PyYAML's)
        first: [known for known in resolvers if known[0] != _INSTANT]
        for first, resolvers in _SAFE.yaml_implicit_resolvers.items()
    }


def schema() -> dict[str, Any]:
    """The JSON Schema of seed documents."""
    return json.loads(files("mockserver").joinpath(SCHEMA).read_text())  # type: ignore[no-any-return]  # it is an object


@cache
def _validator() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema())


def default_seed() -> Mapping[str, Any]:
    """The seed of the sandbox `default`: fixed keys and identifiers."""
    return read_text(files("mockserver").joinpath(DEFAULT).read_text())


def read_seed(path: Path) -> Mapping[str, Any]:
    """Read a seed document from a YAML or JSON file; SeedError says in one line what is wrong with it."""
    try:
        return read_text(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SeedError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise SeedError(f"{path} is neither YAML nor JSON: {error}") from None
    except SeedError as error:
        raise SeedError(f"{path}: {error}") from None


def read_text(text: str, most_values: int | None = None) -> Mapping[str, Any]:
    """Read a seed document from YAML or JSON, of so many values at most; SeedError says in one line what is wrong."""
    try:
        _ensure_plain(text, most_values)
        document = yaml.load(text, _Loader)  # noqa: S506  (a safe one)
        orjson.dumps(document, option=orjson.OPT_PASSTHROUGH_DATETIME)
    except SeedError:
        raise
    except (yaml.YAMLError, ValueError) as error:
        raise SeedError(f"the seed is neither YAML nor JSON: {' '.join(str(error).split())}") from None
    except TypeError as unknown:
        raise SeedError(f"the document holds what JSON does not have: {unknown}") from None
    return checked(document)


def _ensure_plain(text: str, most_values: int | None) -> None:
    """Refuse what the loader would drown in: nesting without end, too many values, what is larger than its text."""
    depth = values = 0
    for event in yaml.parse(text, _SAFE):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise SeedError("the document is nested too deeply")
        values += isinstance(event, yaml.NodeEvent)
        if most_values is not None and values > most_values:
            raise SeedError(f"the document has more than {most_values} values; make it smaller")
        if isinstance(event, yaml.AliasEvent):
            raise SeedError(f"the alias *{event.anchor} stands for a part of the document; write that part out")


def checked(document: Any) -> Mapping[str, Any]:  # noqa: ANN401  (a file may hold anything)
    """The document, where it fits the schema; SeedError with the place and the reason where it does not."""
    try:
        error = next(iter(_validator().iter_errors(document)), None)
    except ValueError as unreadable:
        raise SeedError(f"the document cannot be checked: {unreadable}") from None
    if error is not None:
        place = ".".join(map(str, error.instance_path)) or "the document"
        raise SeedError(f"{place}: {error.message}")
    _check_faults(document.get("faults", []))
    return document  # type: ignore[no-any-return]  # the schema says that it is an object


def _check_faults(entries: Sequence[Mapping[str, Any]]) -> None:
    documented = documented_errors(contract()) if entries else {}
    for place, entry in enumerate(entries):
        try:
            check(entry, documented)
        except FaultError as error:
            raise SeedError(f"faults.{place}: {error}") from None
