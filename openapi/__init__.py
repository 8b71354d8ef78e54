"""The contracts as data; the only module that opens the files beside it."""

import json
from importlib import resources
from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, if PyYAML was built with libyaml


def contract() -> dict[str, Any]:
    """Parse the contract of the audiences API; each call returns a fresh dict."""
    return _parse(contract_text())


def contract_text() -> str:
    """Return the text of the contract of the audiences API."""
    return _read("audiences.yaml")


def typed_contract() -> dict[str, Any]:
    """Parse the contract for generators of clients, which says what the mock server sends; the dict is fresh."""
    document: dict[str, Any] = json.loads(_read("audiences.typed.json"))
    return document


def control_contract() -> dict[str, Any]:
    """Parse the contract of the mock server's control plane; each call returns a fresh dict."""
    return _parse(_read("control.yaml"))


def provider_states() -> dict[str, Any]:
    """Parse the interface of the provider states; each call returns a fresh dict."""
    return _parse(_read("provider-states.yaml"))


def _read(name: str) -> str:
    return resources.files(__name__).joinpath(name).read_text(encoding="utf-8")


def _parse(text: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.load(text, Loader=_LOADER)  # noqa: S506  (both loaders are safe)
    return document
