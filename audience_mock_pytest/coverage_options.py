"""The values of the options about coverage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from audience_mock_pytest.coverage_flags import FAIL_UNDER, HTML, JSON, REQUIRE
from audience_mock_pytest.coverage_names import documented_statuses, situations
from audience_mock_pytest.coverage_table import response_shortfall, situation_shortfall

if TYPE_CHECKING:
    from mockserver.client.coverage_documents import Coverage

_ALL = 100


@dataclass(frozen=True, slots=True)
class Required:
    """A documented response that has to be met, or a situation that has to be handled well.

    Attributes:
        name: The name of the operation, or of the situation.
        status: The status of the response; None for a situation.
    """

    name: str
    status: int | None = None

    def shortfall(self, coverage: "Coverage | None") -> str | None:
        """Return the line that says it was never met; None if it was. Without a coverage, nothing was."""
        if self.status is not None:
            return response_shortfall(self.name, self.status, _met(coverage, self.name, self.status))
        for situation in [] if coverage is None else coverage["situations"]:
            if situation["id"] == self.name:
                return situation_shortfall(self.name, situation["met"], situation["well"])
        return situation_shortfall(self.name, met=0, well=0)


def _met(coverage: "Coverage | None", operation: str, status: int) -> int:
    operations = [] if coverage is None else coverage["operations"]
    responses = [row for item in operations if item["operation"] == operation for row in item["responses"]]
    return sum(row["met"] for row in responses if row["status"] == status)


@dataclass(frozen=True, slots=True)
class CoverageOptions:
    """The values of the options about coverage.

    Attributes:
        threshold: The least share in percent; None for none.
        required: The responses and situations that have to be met.
        page: The file for a page in HTML; None for none.
        document: The file for JSON; None for none.
    """

    threshold: float | None
    required: Sequence[Required]
    page: Path | None
    document: Path | None

    @property
    def has_thresholds(self) -> bool:
        """Whether a run can fail by its coverage."""
        return self.threshold is not None or bool(self.required)


def coverage_options(config: pytest.Config) -> CoverageOptions:
    """Return the values of the options; UsageError for one that is wrong."""
    threshold, page, document = (config.getoption(option) for option in (FAIL_UNDER, HTML, JSON))
    return CoverageOptions(
        None if threshold is None else _percent(threshold),
        _all_required(config.getoption(REQUIRE)),
        None if page is None else _file(HTML, page, config),
        None if document is None else _file(JSON, document, config),
    )


def _percent(text: str) -> float:
    try:
        percent = float(text)
    except ValueError:
        percent = -1
    if not 0 <= percent <= _ALL:
        raise pytest.UsageError(f"{FAIL_UNDER}: {text!r} is not a number from 0 to 100")
    return percent


def _file(option: str, text: str, config: pytest.Config) -> Path:
    file = config.invocation_params.dir / text
    if not file.parent.is_dir():
        raise pytest.UsageError(f"{option}: there is no folder {file.parent}")
    if file.is_dir():
        raise pytest.UsageError(f"{option}: {file} is a folder; name a file in it")
    return file


def _all_required(names: Sequence[str]) -> list[Required]:
    if not names:
        return []
    statuses, ids = documented_statuses(), situations()
    return [_required(name, statuses, ids) for name in dict.fromkeys(names)]


def _required(name: str, statuses: Mapping[str, Sequence[int]], ids: Sequence[str]) -> Required:
    operation, colon, status = name.partition(":")
    if operation in statuses:
        documented: Any = {str(each): each for each in statuses[operation]}
        if status in documented:
            return Required(operation, documented[status])
        reason = f"{operation} has no documented status {status!r}" if colon else f"{operation} is without a status"
        raise pytest.UsageError(f"{REQUIRE}: {reason}; there are {', '.join(f'{operation}:{s}' for s in documented)}")
    if name in ids:
        return Required(name)
    raise pytest.UsageError(
        f"{REQUIRE}: there is no operation or situation {name!r}; the operations, which stand before a status as in "
        f"deleteAudience:409, are {', '.join(statuses)}; the situations are {', '.join(ids)}"
    )
