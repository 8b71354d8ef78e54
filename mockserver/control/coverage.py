"""The handlers of operations on coverage."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from mockserver.api.operations import operation
from mockserver.control import coverage_page, coverage_views
from mockserver.control.responses import GONE, Body, Response
from mockserver.service.coverages import Coverages

Page = tuple[bytes, int, dict[str, str]]


class CoverageHandlers:
    """The handlers of operations on coverage.

    Args:
        coverages: The coverage of the clients.
        contract: The function that reads the contract of the vendor's API.
    """

    def __init__(self, coverages: Coverages, contract: Callable[[], dict[str, Any]]) -> None:
        self._coverages = coverages
        self._read_contract = contract

    @operation("getCoverage")
    async def get(self, run: str | None = None) -> Response:
        """Get the coverage of a run, or of all."""
        return await self._of_run(run), 200

    @operation("getCoveragePage")
    async def page(self, run: str | None = None) -> Page:
        """Get the coverage of a run, or of all, as a page."""
        return coverage_page.page(await self._of_run(run), run), 200, coverage_page.headers()

    @operation("forgetCoverage")
    async def forget(self, run: str | None = None) -> Response:
        """Forget the coverage of a run, or all."""
        await self._coverages.forget(run)
        return GONE

    @operation("getSandboxCoverage")
    async def of_sandbox(self, sandbox_id: str) -> Response:
        """Get the coverage of a sandbox."""
        return coverage_views.coverage(await self._coverages.of_sandbox(sandbox_id), self._operations), 200

    async def _of_run(self, run: str | None) -> Body:
        return coverage_views.coverage(await self._coverages.of_run(run), self._operations)

    @cached_property
    def _operations(self) -> coverage_views.DocumentedOperations:
        return coverage_views.documented_operations(self._read_contract())
