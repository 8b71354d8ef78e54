"""The contract, as data: the only place that opens the YAML files beside it."""

from importlib import resources
from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where PyYAML was built with libyaml


def contract() -> dict[str, Any]:
    """Parse the contract of the audiences API; a fresh dict for every call."""
    return _parsed(contract_text())


def contract_text() -> str:
    """Read the contract of the audiences API as it is written."""
    return _text("audiences.yaml")


def control_contract() -> dict[str, Any]:
    """Parse the contract of the mock's own control plane; a fresh dict for every call."""
    return _parsed(_text("control.yaml"))


def _text(name: str) -> str:
    return resources.files(__name__).joinpath(name).read_text(encoding="utf-8")


def _parsed(text: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.load(text, Loader=_LOADER)  # noqa: S506 - both loaders are safe ones
    return document
