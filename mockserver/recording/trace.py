"""The decision trace: which rules a request met, in the order in which this server asks them."""

from mockserver.domain.operation import OPERATIONS

_ADMISSION = ("route", "method", "api-key", "rate-limit")
STANDING_IN = {"prefer": frozenset({"route", "method", "api-key"}), "fault": frozenset({*_ADMISSION, "permission"})}
"""What answers in place of the rules that it is not behind: an example that the request prefers, or a fault."""

_BEFORE = STANDING_IN | {"http": STANDING_IN["fault"]}
_PARAMETERS, _BODY = "parameters", "body"
_OF_PARAMETERS = frozenset({"path", "query"})


def rules(operation: str) -> tuple[str, ...]:
    """All rules that may refuse a request of an operation, in their order, but for a failure of the server itself.

    `parameters` and `body` are what is `validation` on the wire: the media type is asked for between them.
    """
    known = OPERATIONS[operation]
    permission = ("permission",) if known.permission is not None else ()
    valid = ("size", _PARAMETERS, "media-type", _BODY) if known.takes_body else (_PARAMETERS,)
    group = ("account-group",) if known.scoped else ()
    return (*_ADMISSION, *permission, *valid, *group, *known.rules)


def trace(operation: str | None, rule: str | None, place: str | None = None) -> tuple[str, ...]:
    """The rules that were asked; where `rule` has refused the request, it is the last of them.

    `place`: where the validation found something (`path`, `query`, `header` or `body`). A rule that is none of the
    operation's, such as a failure that was asked for, comes after all that are.
    """
    order = () if operation is None else rules(operation)
    if rule is None:
        return order
    if rule == "validation":
        rule = _PARAMETERS if place in _OF_PARAMETERS or _BODY not in order else _BODY
    if rule in _ADMISSION:
        order = _ADMISSION
    elif rule in _BEFORE:
        before = _BEFORE[rule]
        order = (*(one for one in order if one in before), rule)
    return order[: order.index(rule) + 1] if rule in order else (*order, rule)
