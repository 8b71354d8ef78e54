"""Reads seed documents, and checks them against their JSON Schema."""

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

from mockserver.service.fault_documents import FaultError, check, documented_errors
from mockserver.service.seeding import SeedError
from openapi import contract

SCHEMA = "seed.schema.json"
DEFAULT = "default.yaml"


def schema() -> dict[str, Any]:
    """The JSON Schema of seed documents."""
    return json.loads(files("mockserver").joinpath(SCHEMA).read_text())  # type: ignore[no-any-return]  # it is an object


def default_seed() -> Mapping[str, Any]:
    """The seed of the sandbox `default`: fixed keys and identifiers."""
    return checked(_parsed(files("mockserver").joinpath(DEFAULT).read_text()))


def read_seed(path: Path) -> Mapping[str, Any]:
    """Read a seed document from a YAML or JSON file; SeedError says in one line what is wrong with it."""
    try:
        document = _parsed(path.read_text(encoding="utf-8"))
    except OSError as error:
        message = f"{path}: {error.strerror}"
        raise SeedError(message) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        message = f"{path} is neither YAML nor JSON: {' '.join(str(error).split())}"
        raise SeedError(message) from None
    try:
        return checked(document)
    except SeedError as error:
        message = f"{path}: {error}"
        raise SeedError(message) from None


def checked(document: Any) -> Mapping[str, Any]:  # noqa: ANN401  (a file may hold anything)
    """The document, where it fits the schema; SeedError with the place and the reason where it does not."""
    error = next(iter(jsonschema_rs.Draft202012Validator(schema()).iter_errors(document)), None)
    if error is not None:
        place = ".".join(map(str, error.instance_path)) or "the document"
        message = f"{place}: {error.message}"
        raise SeedError(message)
    _check_faults(document.get("faults", []))
    return document  # type: ignore[no-any-return]  # the schema says that it is an object


def _check_faults(entries: Sequence[Mapping[str, Any]]) -> None:
    documented = documented_errors(contract()) if entries else {}
    for place, entry in enumerate(entries):
        try:
            check(entry, documented)
        except FaultError as error:
            message = f"faults.{place}: {error}"
            raise SeedError(message) from None


def _parsed(text: str) -> Any:  # noqa: ANN401  (YAML may hold anything)
    return yaml.load(text, _LOADER)  # noqa: S506  (both loaders are safe ones)


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
