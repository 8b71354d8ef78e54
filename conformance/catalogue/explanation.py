"""Explanations of requirements for other programs, which find this function by its entry point in `pyproject.toml`."""

from conformance.catalogue.requirements import load_catalogue


def explanation(requirement_id: str) -> dict[str, str | None] | None:
    """Return the text of a requirement, its level, the page of it, and its operation; None for an unknown id."""
    row = load_catalogue().get(requirement_id)
    if row is None:
        return None
    return {"text": row.text, "level": str(row.level), "source": row.source, "operation": row.operation}
