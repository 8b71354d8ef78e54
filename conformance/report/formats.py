"""The registry of the report formats: the options of `run` and the files that it writes follow from it."""

from collections.abc import Callable
from dataclasses import dataclass

from conformance.report import html_report, json_report, junit_report, markdown_report
from conformance.report.contents import Report


@dataclass(frozen=True, slots=True)
class ReportFormat:
    """A format of reports.

    Attributes:
        name: The name, as it stands in `--report-NAME`.
        help: The help text of the option.
        render: The function that returns a report in this format.
    """

    name: str
    help: str
    render: Callable[[Report], str]


FORMATS = (
    ReportFormat("html", "Write a report for people.", html_report.render),
    ReportFormat("json", "Write a report for programs.", json_report.render),
    ReportFormat("junit", "Write a report for CI.", junit_report.render),
    ReportFormat("markdown", "Write a report for a comment on a pull request.", markdown_report.render),
)
