"""Request schemas of OpenAPI 3.0, written for a JSON Schema Draft 4 validator."""

from typing import Any

_NESTED = ("properties", "patternProperties", "definitions")
_LISTS = ("allOf", "anyOf", "oneOf")
_SINGLE = ("items", "additionalProperties", "not")
_ANNOTATIONS = frozenset(
    {"components", "example", "examples", "description", "title", "format", "discriminator", "xml"}
)


def draft4(schema: Any) -> Any:  # noqa: ANN401  (a schema is any JSON)
    """The schema without annotations, with `nullable` spelled as a type; formats are left to Connexion's own code."""
    if not isinstance(schema, dict):
        return schema
    written = {key: value for key, value in schema.items() if key not in _ANNOTATIONS and not key.startswith("x-")}
    for key in _NESTED:
        if key in written:
            written[key] = {name: draft4(nested) for name, nested in written[key].items()}
    for key in _LISTS:
        if key in written:
            written[key] = [draft4(nested) for nested in written[key]]
    for key in _SINGLE:
        if key in written:
            written[key] = draft4(written[key])
    if written.pop("nullable", False) and "type" in written:
        written["type"] = [written["type"], "null"]
        if "enum" in written:
            written["enum"] = [*written["enum"], None]
    return written


def has_format(schema: Any) -> bool:  # noqa: ANN401  (a schema is any JSON)
    """Whether a format stands anywhere in the schema."""
    if isinstance(schema, dict):
        return "format" in schema or any(map(has_format, schema.values()))
    return isinstance(schema, list) and any(map(has_format, schema))
