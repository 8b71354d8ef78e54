"""`python -m tests.harness.typed_contract`: applies the overlay for clients to the contract, and writes the result."""

import json
from pathlib import Path
from typing import Any

import jsonpath
import yaml

from openapi import contract

FOLDER = Path(__file__).resolve().parents[2] / "openapi"
OVERLAY = FOLDER / "clients.overlay.yaml"
BUILT = FOLDER / "audiences.typed.json"


def applied(document: dict[str, Any], overlay: dict[str, Any]) -> dict[str, Any]:
    """Apply an overlay (OpenAPI Overlay 1.0) to a document in place, and return the document.

    Raises:
        LookupError: An action has no target: the overlay is older than the document.
    """
    for action in overlay["actions"]:
        targets = list(jsonpath.finditer(action["target"], document))
        if not targets:
            raise LookupError(f"no part of the contract is {action['target']}")
        for target in reversed(targets):  # so that the index of a target holds after a removal
            if action.get("remove"):
                assert target.parent is not None, "the document cannot be removed"
                del target.parent.obj[target.parts[-1]]
            else:
                _merge(target.obj, action["update"])
    return document


def _merge(target: dict[str, Any], update: dict[str, Any]) -> None:
    """Merge an update: objects member by member, lists by concatenation; any other value is replaced."""
    for name, value in update.items():
        old = target.get(name)
        if isinstance(old, dict) and isinstance(value, dict):
            _merge(old, value)
        elif isinstance(old, list) and isinstance(value, list):
            old.extend(value)
        else:
            target[name] = value


def built() -> str:
    """Return the text of the typed contract."""
    overlay = yaml.safe_load(OVERLAY.read_text(encoding="utf-8"))
    return json.dumps(applied(contract(), overlay), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    BUILT.write_text(built(), encoding="utf-8")
