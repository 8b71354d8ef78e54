"""A project of its own whose tests use the pytest plugin."""

from dataclasses import dataclass

import pytest

PLUGINS = ("-p", "audience_mock_pytest", "-p", "no:cacheprovider", "-W", "error", "--strict-markers")
WORKERS = ("-p", "xdist", "-n", "2")
ANYIO = ("-p", "anyio")


def coverage_section(output: str) -> list[str]:
    """Return the lines that the plugin has printed about coverage."""
    _, _, section = output.partition(" coverage of the audiences API ")
    lines = section.splitlines()[1:]
    end = next(number for number, line in enumerate(lines) if line.startswith("==="))
    return "\n".join(lines[:end]).rstrip("\n").splitlines()  # pytest puts an empty line before its last one


@dataclass(frozen=True)
class PluginProject:
    """A folder with tests, which pytest runs in a process of its own with no plugin but those that are named."""

    pytester: pytest.Pytester

    def run(self, source: str, *options: str) -> pytest.RunResult:
        """Run a test file."""
        self.pytester.makepyfile(test_it=source)
        return self.pytester.runpytest_subprocess(*PLUGINS, *options)

    def passes(self, source: str, *options: str, tests: int = 1) -> str:
        """Run a test file that has to pass, with this number of tests; return the output."""
        result = self.run(source, *options)
        result.assert_outcomes(passed=tests)
        return str(result.stdout)

    def fails(self, source: str, *options: str) -> str:
        """Run a test file with a single test that has to fail; return the output."""
        result = self.run(source, *options)
        result.assert_outcomes(failed=1)
        return str(result.stdout)

    def breaks(self, source: str, *options: str) -> str:
        """Run a test file with a single test whose fixture has to fail; return the lines that say why."""
        result = self.run(source, *options)
        result.assert_outcomes(errors=1)
        start, end = (
            next(number for number, line in enumerate(result.outlines) if mark in line)
            for mark in ("ERROR at setup of", "short test summary info")
        )
        return "\n".join(result.outlines[start + 1 : end])
