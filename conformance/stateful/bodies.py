"""Bodies that nothing is wrong with, and bodies that the pages say to be wrong, for each operation that takes one."""

from collections.abc import Mapping, Sequence
from typing import Any

from conformance.model import OperationId, Validity

NAME, FOLDER = "{name}", "{folder}"
"""What stands for a name that nothing else bears, and for a folder."""

_ABOUT = f"about {NAME}"
_WRONG_TYPE = 5
_WRONG_ONE = 5
_VALID: Mapping[OperationId, tuple[Mapping[str, Any], ...]] = {
    OperationId.CREATE_AUDIENCE: (
        {"name": NAME, "type": "on_demand"},
        {"name": NAME, "type": "on_demand", "description": _ABOUT},
        {"name": NAME, "type": "on_demand"},
        {"name": NAME, "type": "monitoring"},
    ),
    OperationId.UPDATE_AUDIENCE: ({"name": NAME}, {"description": _ABOUT}, {"name": NAME, "description": _ABOUT}),
    OperationId.CREATE_FOLDER: (
        {"name": NAME, "audienceType": "on_demand"},
        {"name": NAME, "audienceType": "on_demand"},
        {"name": NAME, "audienceType": "monitoring"},
    ),
    OperationId.RENAME_FOLDER: ({"name": NAME},),
    OperationId.MOVE_TO_FOLDER: ({"folderId": FOLDER},),
}
_INVALID: Mapping[OperationId, Sequence[Mapping[str, Any]]] = {
    OperationId.CREATE_AUDIENCE: (
        {"type": "on_demand"},
        {"name": NAME},
        {"name": _WRONG_TYPE, "type": "on_demand"},
        {"name": NAME, "type": "neither"},
    ),
    OperationId.UPDATE_AUDIENCE: ({}, {"name": _WRONG_TYPE}),
    OperationId.CREATE_FOLDER: ({"name": NAME}, {"audienceType": "on_demand"}),
    OperationId.RENAME_FOLDER: ({},),
    OperationId.MOVE_TO_FOLDER: ({}, {"folderId": _WRONG_TYPE}),
}


def body(operation: OperationId, form: int, **named: str) -> tuple[dict[str, Any] | None, Validity]:
    """One of them, with what the placeholders stand for; the first is the simplest, one in five is wrong; or none."""
    if operation not in _VALID:
        return None, Validity.VALID
    is_right = form % _WRONG_ONE != _WRONG_ONE - 1
    templates = (_VALID if is_right else _INVALID)[operation]
    template = templates[(form if is_right else form // _WRONG_ONE) % len(templates)]
    filled = {name: value.format(**named) if isinstance(value, str) else value for name, value in template.items()}
    return filled, Validity.VALID if is_right else Validity.INVALID
