"""The decision trace: which rules a request met, in the order in which this server asks them."""

from mockserver.domain.operation import OPERATIONS

_ADMISSION = ("route", "method", "api-key", "rate-limit")
_BODY = ("size", "media-type")


def rules(operation: str) -> tuple[str, ...]:
    """All rules that may refuse a request of an operation, in their order, but for a failure of the server itself."""
    known = OPERATIONS[operation]
    permission = ("permission",) if known.permission is not None else ()
    body = _BODY if known.takes_body else ()
    group = ("account-group",) if known.scoped else ()
    return (*_ADMISSION, *permission, *body, "validation", *group, *known.rules)


def trace(operation: str | None, rule: str | None) -> tuple[str, ...]:
    """The rules that were asked; where `rule` has refused the request, it is the last of them.

    A rule that is none of the operation's, such as a failure that was asked for, comes after all that are.
    """
    order = () if operation is None else rules(operation)
    if rule is None:
        return order
    if rule in _ADMISSION:
        order = _ADMISSION
    return order[: order.index(rule) + 1] if rule in order else (*order, rule)
