"""The decision trace: the rules that were applied to a request, in the order of this server."""

from mockserver.domain.operation import OPERATIONS

_ADMISSION = ("route", "method", "api-key", "rate-limit")
REPLACEMENTS = {"prefer": frozenset({"route", "method", "api-key"}), "fault": frozenset({*_ADMISSION, "permission"})}
"""The rules that replace the response (a preferred example, a fault), each with the rules applied before it."""

_APPLIED_BEFORE = REPLACEMENTS | {"http": REPLACEMENTS["fault"]}
_PARAMETERS, _BODY = "parameters", "body"
_PARAMETER_LOCATIONS = frozenset({"path", "query"})


def rules(operation: str) -> tuple[str, ...]:
    """Return all rules that may refuse a request of an operation, in order, except failures of the server itself.

    `parameters` and `body` are both `validation` on the wire; the media type is checked between them.
    """
    facts = OPERATIONS[operation]
    permission = ("permission",) if facts.permission is not None else ()
    validation = ("size", _PARAMETERS, "media-type", _BODY) if facts.takes_body else (_PARAMETERS,)
    group = ("account-group",) if facts.scoped else ()
    return (*_ADMISSION, *permission, *validation, *group, *facts.rules)


def trace(operation: str | None, rule: str | None, location: str | None = None) -> tuple[str, ...]:
    """Return the rules that were applied to a request.

    Args:
        operation: The operationId.
        rule: The rule that refused the request, which becomes the last one; None for an accepted request. A rule that
            is not the operation's, such as a requested failure, follows all that are.
        location: The part of the request that the validation refused (`path`, `query`, `header` or `body`).
    """
    order = () if operation is None else rules(operation)
    if rule is None:
        return order
    if rule == "validation":
        rule = _PARAMETERS if location in _PARAMETER_LOCATIONS or _BODY not in order else _BODY
    if rule in _ADMISSION:
        order = _ADMISSION
    elif rule in _APPLIED_BEFORE:
        before = _APPLIED_BEFORE[rule]
        order = (*(name for name in order if name in before), rule)
    return order[: order.index(rule) + 1] if rule in order else (*order, rule)
