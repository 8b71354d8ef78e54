"""Seed documents: reading them, and checking them against their JSON Schema."""

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
from mockserver.service.seed_values import SeedError, shortened
from openapi import contract

SCHEMA = "seed.schema.json"
DEFAULT = "default.yaml"
_MAX_DEPTH = 32
_MOST_BYTES = 64 << 20
_SHOWN_AT_ENDS = 100
"""The characters of a long value that are shown of its beginning and of its end."""

_SAFE_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TEXT_TAG = "tag:yaml.org,2002:str"
_TIMESTAMP_TAG = "tag:yaml.org,2002:timestamp"


_SAFE_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Loader(_SAFE_LOADER):  # type: ignore[misc]  # the base class is known only at run time
    """A YAML loader that keeps instants as strings, as in JSON."""

    yaml_implicit_resolvers = {  # noqa: RUF012  (PyYAML defines the attribute)
        first: [resolver for resolver in resolvers if resolver[0] != _TIMESTAMP_TAG]
        for first, resolvers in _SAFE_LOADER.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002  (PyYAML's)
        """Return a mapping; SeedError for a name that is no text, before many of them collide in a hash table."""
        for name, _ in node.value:
            if name.tag != _TEXT_TAG:
                raise SeedError(
                    f"line {name.start_mark.line + 1} holds what JSON does not have: a name that is no text"
                )
        return super().construct_mapping(node, deep)  # type: ignore[no-any-return]  # PyYAML has no types


def schema() -> dict[str, Any]:
    """Return the JSON Schema of seed documents."""
    return json.loads(files("mockserver").joinpath(SCHEMA).read_text())  # type: ignore[no-any-return]  # the schema is an object


@cache
def _validator() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema())


def default_seed() -> Mapping[str, Any]:
    """Return the seed of the sandbox `default`, with fixed keys and identifiers."""
    return read_text(files("mockserver").joinpath(DEFAULT).read_text())


def read_seed(path: Path) -> Mapping[str, Any]:
    """Read a seed document from a YAML or JSON file.

    Raises:
        SeedError: The file cannot be read, or is not a seed document; the message is one line.
    """
    try:
        return read_text(_bounded_bytes(path).decode("utf-8"))
    except OSError as error:
        raise SeedError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise SeedError(f"{path} is neither YAML nor JSON: {error}") from None
    except SeedError as error:
        raise SeedError(f"{path}: {error}") from None


def _bounded_bytes(path: Path) -> bytes:
    """Return the content of a file; SeedError if it is too long, or has no end."""
    with path.open("rb") as file:
        content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise SeedError(f"longer than {_MOST_BYTES >> 20} MiB")
    return content


def read_text(text: str, most_values: int | None = None) -> Mapping[str, Any]:
    """Read a seed document from YAML or JSON.

    Args:
        text: The text.
        most_values: The maximum number of values in the document; None for no limit.

    Raises:
        SeedError: The text is not a seed document; the message is one line.
    """
    try:
        _ensure_plain(text, most_values)
        document = yaml.load(text, _Loader)  # noqa: S506  (a safe loader)
        orjson.dumps(document, option=orjson.OPT_PASSTHROUGH_DATETIME)
    except SeedError:
        raise
    except (yaml.YAMLError, ValueError) as error:
        raise SeedError(f"the seed is neither YAML nor JSON: {' '.join(str(error).split())}") from None
    except TypeError as unknown:
        raise SeedError(f"the document holds what JSON does not have: {unknown}") from None
    return checked(document)


def write_text(document: Mapping[str, Any]) -> str:
    """Return a seed document as YAML, which `read_text` reads."""
    return str(yaml.dump(document, Dumper=_SAFE_DUMPER, sort_keys=False, allow_unicode=True, width=120))


def _ensure_plain(text: str, most_values: int | None) -> None:
    """Raise SeedError for a text that a loader must not get: deep nesting, too many values, aliases, tags."""
    depth = values = 0
    for event in yaml.parse(text, _SAFE_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            raise SeedError("the document is nested too deeply")
        values += isinstance(event, yaml.NodeEvent)
        if most_values is not None and values > most_values:
            raise SeedError(f"the document has more than {most_values} values; make it smaller")
        if isinstance(event, yaml.AliasEvent):
            raise SeedError(f"the alias *{event.anchor} stands for a part of the document; write that part out")
        if (tag := getattr(event, "tag", None)) is not None:
            raise SeedError(f"the tag {tag} is no part of JSON; write the value without it")


def checked(document: Any) -> Mapping[str, Any]:  # noqa: ANN401  (a file may hold anything)
    """Return the document if it fits the schema; SeedError with the location and the reason if it does not."""
    _ensure_flat(document)
    try:
        error = next(iter(_validator().iter_errors(document)), None)
    except ValueError as unreadable:
        raise SeedError(f"the document cannot be checked: {unreadable}") from None
    if error is not None:
        location = ".".join(map(str, error.instance_path)) or "the document"
        raise SeedError(f"{location}: {_problem(error)}")
    _check_faults(document.get("faults", []))
    return document  # type: ignore[no-any-return]  # the schema requires an object


def _ensure_flat(document: Any) -> None:  # noqa: ANN401  (a file may hold anything)
    """Raise SeedError for a document that is nested too deeply."""
    level = [document]
    for _ in range(_MAX_DEPTH):
        inner: list[Any] = []
        for value in level:
            inner += value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        level = inner
    if level:
        raise SeedError("the document is nested too deeply")


def _problem(error: jsonschema_rs.ValidationError) -> str:
    """Return what is wrong with a value, and what is allowed in its place if that can be listed."""
    kind = error.kind
    match kind:
        case jsonschema_rs.ValidationErrorKind.Enum(options=options):
            given = _shortened(json.dumps(error.instance))
            return f"{given} is none of {', '.join(map(json.dumps, options))}"
        case jsonschema_rs.ValidationErrorKind.AdditionalProperties():
            known = _schema_at(error.schema_path)["properties"]
            return f"{_shortened(error.message)}; it may have {', '.join(known)}"
        case _:
            return _shortened(error.message)


def _schema_at(path: Sequence[str | int]) -> Mapping[str, Any]:
    """Return the part of the schema in which a keyword stands, of which the path is given."""
    part: Any = schema()
    for step in path[:-1]:
        part = part[step]
    return part  # type: ignore[no-any-return]  # a keyword stands in an object


def _shortened(message: str) -> str:
    """Return a message without the middle of the document that it quotes."""
    return shortened(message, _SHOWN_AT_ENDS)


def _check_faults(entries: Sequence[Mapping[str, Any]]) -> None:
    documented = documented_errors(contract()) if entries else {}
    for index, entry in enumerate(entries):
        try:
            check(entry, documented)
        except FaultError as error:
            raise SeedError(f"faults.{index}: {error}") from None
