"""The errors of the client of the control plane."""

from collections.abc import Iterable, Sequence

from mockserver.client.documents import Finding


class ControlPlaneError(Exception):
    """A request that the control plane refused, or that did not reach it.

    Attributes:
        reason: The reason.
        hint: A remedy; None where none is known.
        status: The status of the response; None without a response.
    """

    def __init__(self, reason: str, hint: str | None = None, status: int | None = None) -> None:
        super().__init__(reason if hint is None else f"{reason}. {hint}")
        self.reason = reason
        self.hint = hint
        self.status = status


class ClientFindings(AssertionError):  # noqa: N818  (a failed assertion, as tests have them)
    """An assertion that failed, since the journal shows mistakes of the client.

    Attributes:
        findings: The mistakes.
        headline: The rules that were broken, on one line.
    """

    def __init__(self, findings: Sequence[Finding]) -> None:
        rules = ", ".join(dict.fromkeys(finding["rule"] for finding in findings))
        self.headline = f"the client made mistakes: {rules}"
        super().__init__("\n".join([self.headline, *findings_text(findings)]))
        self.findings = findings


def findings_text(findings: Iterable[Finding]) -> list[str]:
    """Return the lines that describe findings."""
    return [line for finding in findings for line in _lines(finding)]


def _lines(finding: Finding) -> list[str]:
    numbers = ", ".join(str(number) for number in finding["exchanges"])
    operation = finding["operation"] or "no operation"
    documented = [] if finding["sentence"] is None else [f"    documented: {finding['sentence']}"]
    return [
        f"  {finding['rule']} ({operation}, exchanges {numbers}): {finding['summary']}",
        *documented,
        f"    advice: {finding['advice']}",
    ]
