from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from conformance.cli import run
from conformance.options import UsageError
from conformance.report.contents import Contract, Report
from conformance.report.formats import FORMATS
from conformance.report.redaction import Redactor
from conformance.runner.reporting import long_secrets, write_reports

REPORT = Report(
    contract=Contract("Audiences", "1.0.0", "0" * 64),
    base_url="http://target",
    profile="full",
    seed=1,
    started="2026-01-01T00:00:00+00:00",
    duration=1.0,
    results=(),
    redactor=Redactor({}),
)


def options(reports: dict[str, Path]) -> Any:
    return SimpleNamespace(reports=reports)


def test_every_format_has_its_option_with_its_help() -> None:
    helps = {parameter.opts[0]: getattr(parameter, "help", "") for parameter in run.params}

    assert {name: text for name, text in helps.items() if name.startswith("--report-")} == {
        f"--report-{report_format.name}": report_format.help for report_format in FORMATS
    }


def test_a_report_is_written_in_every_requested_format(tmp_path: Path) -> None:
    paths = {report_format.name: tmp_path / report_format.name for report_format in FORMATS}

    write_reports(options(paths), REPORT)

    assert {name: path.read_text(encoding="utf-8") for name, path in paths.items()} == {
        report_format.name: report_format.render(REPORT) for report_format in FORMATS
    }


def test_a_file_that_cannot_be_written_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file or directory"):
        write_reports(options({"json": tmp_path / "missing" / "report.json"}), REPORT)


def test_a_secret_is_redacted_everywhere_only_if_it_is_long_enough() -> None:
    assert long_secrets({"7 chars": "A", "8 chars!": "B"}) == {"8 chars!": "B"}
