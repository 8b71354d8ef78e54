"""The requests about coverage."""

from typing import Any

from mockserver.client.calls import Call, as_is, nothing, sandbox_path
from mockserver.client.coverage_documents import Coverage


def sandbox_coverage(sandbox: str) -> Call[Coverage]:
    """Look at the coverage of the sandbox since it was made."""
    return Call("GET", sandbox_path(sandbox, "coverage"), _coverage)


def coverage(run: str | None = None) -> Call[Coverage]:
    """Look at the coverage of a run, or of all."""
    return Call("GET", "/_mock/coverage", _coverage, query=_query(run))


def coverage_page(run: str | None = None) -> Call[str]:
    """Look at the coverage of a run, or of all, as a page."""
    return Call("GET", "/_mock/coverage.html", as_is, query=_query(run), is_text=True)


def forget_coverage(run: str | None = None) -> Call[None]:
    """Let the coverage of a run, or of all, begin anew."""
    return Call("DELETE", "/_mock/coverage", nothing, query=_query(run))


def _coverage(document: Any) -> Any:  # noqa: ANN401  (JSON)
    """Return a document that has the members of a coverage; KeyError or AttributeError for another one."""
    for missing in Coverage.__required_keys__ - document.keys():
        raise KeyError(missing)
    return document


def _query(run: str | None) -> dict[str, str]:
    return {} if run is None else {"run": run}
