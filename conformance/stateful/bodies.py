"""The bodies of requests: valid ones, and some that the documentation calls invalid."""

from typing import Any

from conformance.catalogue.operation_spec import OperationSpec
from conformance.model.messages import Validity

_INVALID_EVERY = 5


def body(operation: OperationSpec, variant: int, **named: str) -> tuple[dict[str, Any] | None, Validity]:
    """Return a body for an operation, or None where it takes none, and whether it is valid.

    Args:
        operation: The operation, whose row has the templates.
        variant: The number of the body: 0 is the simplest, and one in five is invalid.
        named: The texts for the placeholders of the templates.
    """
    if not operation.valid_bodies:
        return None, Validity.VALID
    is_valid = variant % _INVALID_EVERY != _INVALID_EVERY - 1
    templates = operation.valid_bodies if is_valid else operation.invalid_bodies
    template = templates[(variant if is_valid else variant // _INVALID_EVERY) % len(templates)]
    filled = {name: value.format(**named) if isinstance(value, str) else value for name, value in template.items()}
    return filled, Validity.VALID if is_valid else Validity.INVALID
