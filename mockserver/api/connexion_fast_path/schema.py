"""The conversion of OpenAPI 3.0 request schemas to JSON Schema Draft 4."""

from typing import Any

_NESTED = ("properties", "patternProperties", "definitions")
_LISTS = ("allOf", "anyOf", "oneOf")
_SINGLE = ("items", "additionalProperties", "not")
_ANNOTATIONS = frozenset(
    {"components", "example", "examples", "description", "title", "format", "discriminator", "xml"}
)


def draft4(schema: Any) -> Any:  # noqa: ANN401  (a schema is any JSON)
    """Return the schema without annotations and formats, with `nullable` as a type; Connexion's code checks formats."""
    if not isinstance(schema, dict):
        return schema
    converted = {key: value for key, value in schema.items() if key not in _ANNOTATIONS and not key.startswith("x-")}
    for key in _NESTED:
        if key in converted:
            converted[key] = {name: draft4(nested) for name, nested in converted[key].items()}
    for key in _LISTS:
        if key in converted:
            converted[key] = [draft4(nested) for nested in converted[key]]
    for key in _SINGLE:
        if key in converted:
            converted[key] = draft4(converted[key])
    if converted.pop("nullable", False) and "type" in converted:
        converted["type"] = [converted["type"], "null"]
        if "enum" in converted:
            converted["enum"] = [*converted["enum"], None]
    return converted


def has_format(schema: Any) -> bool:  # noqa: ANN401  (a schema is any JSON)
    """Whether the schema has a format at any depth."""
    if isinstance(schema, dict):
        return "format" in schema or any(map(has_format, schema.values()))
    return isinstance(schema, list) and any(map(has_format, schema))
