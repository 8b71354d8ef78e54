"""The coverage of the clients under test, at the end of a run."""

import json
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from audience_mock_pytest.coverage_options import coverage_options
from audience_mock_pytest.coverage_table import coverage_lines
from audience_mock_pytest.loading import loaded

if TYPE_CHECKING:
    from mockserver.client.coverage_documents import Coverage


class CoverageReport:
    """The coverage of the clients under test: what is read of a server, judged, written and printed.

    Args:
        config: The configuration, which has the options; UsageError if one is wrong.
        url: The URL of a server that others may use as well; None if this run starts its own.
        admin_token: Its admin token; None for none.

    Attributes:
        run: The run that the sandboxes of the tests belong to; None if the server serves nobody else.
    """

    def __init__(self, config: pytest.Config, url: str | None, admin_token: str | None) -> None:
        self._options = coverage_options(config)
        self.run = None if url is None else f"pytest-{secrets.token_hex(8)}"
        self._url = url
        self._admin_token = admin_token
        self._coverage: Coverage | None = None
        self._page: str | None = None
        self._obstacle: str | None = None
        self._written: list[Path] = []
        self._failures: list[str] = []

    def read(self, url: str) -> None:
        """Read the coverage, as long as the server is there."""
        try:
            read = loaded("mockserver.testing:read_coverage")
            with_page = self._options.page is not None
            self._coverage, self._page = read(url, self._admin_token, self.run, with_page=with_page)
        except pytest.fail.Exception as failed:
            reason = str(failed.msg).removeprefix("audience-mock: ")
            self._obstacle = f"the coverage cannot be read: {reason}"

    def finish(self, session: pytest.Session, url: str | None) -> None:
        """Read what is not read yet, write the files, and fail the run if not all is met.

        Args:
            session: The session.
            url: The URL of the server of the session, if it is still running.
        """
        address = self._url or url
        if address is not None:
            self.read(address)
        self._failures = [*self._write(), *self._shortfalls()]
        if self._failures and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the coverage."""
        terminalreporter.section("coverage of the audiences API")
        for line in self._lines():
            terminalreporter.line(line)
        for failure in self._failures:
            terminalreporter.line(f"FAIL {failure}", red=True)

    def _lines(self) -> list[str]:
        if self._obstacle is not None:
            return [self._obstacle]
        if self._coverage is None:
            return ["nothing was requested: no test has used a fixture of the mock server"]
        return [*coverage_lines(self._coverage), *(f"written: {file}" for file in self._written)]

    def _write(self) -> list[str]:
        """Write the files; return the reasons why some could not be written."""
        document = None if self._coverage is None else f"{json.dumps(self._coverage, indent=2)}\n"
        reasons = []
        for file, text in ((self._options.page, self._page), (self._options.document, document)):
            if file is not None and text is not None:
                try:
                    file.write_text(text, encoding="utf-8")
                except OSError as error:
                    reasons.append(f"{file} cannot be written: {error.strerror}")
                else:
                    self._written.append(file)
        return reasons

    def _shortfalls(self) -> list[str]:
        """Return what is required and was not met."""
        if self._obstacle is not None:
            return ["the coverage that is required cannot be judged"] if self._options.has_thresholds else []
        found = [required.shortfall(self._coverage) for required in self._options.required]
        return [*(line for line in found if line is not None), *self._below_threshold()]

    def _below_threshold(self) -> list[str]:
        threshold = self._options.threshold
        percent = None if self._coverage is None else self._coverage["share"]["percent"]
        if threshold is None or (percent is not None and percent >= threshold):
            return []
        reached = "nothing was requested" if percent is None else f"the coverage is {percent:g} %"
        return [f"{reached}, and at least {threshold:g} % are required"]
