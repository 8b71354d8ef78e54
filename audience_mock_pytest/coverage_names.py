"""The names that coverage can require: the operations, statuses and situations of the contracts.

The contracts are read as the files that they are, and not by their package: another one may hide it, and nothing of the
server is loaded for it.
"""

import json
import pkgutil
from typing import Any

from audience_mock_pytest.loading import HOME

_CONTRACTS = HOME / "openapi"


def documented_statuses() -> dict[str, list[int]]:
    """Return the documented statuses of each operation."""
    contract = json.loads((_CONTRACTS / "audiences.typed.json").read_text(encoding="utf-8"))
    return {
        operation["operationId"]: sorted(int(status) for status in operation["responses"])
        for item in contract["paths"].values()
        for operation in item.values()
        if isinstance(operation, dict) and "operationId" in operation
    }


def situations() -> list[str]:
    """Return the ids of the situations."""
    yaml: Any = pkgutil.resolve_name("yaml")  # most runs of pytest need none
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, if PyYAML was built with libyaml
    contract = yaml.load((_CONTRACTS / "control.yaml").read_text(encoding="utf-8"), Loader=loader)
    ids: list[str] = contract["components"]["schemas"]["SituationCoverage"]["properties"]["id"]["enum"]
    return ids
