"""The headers of a request, with what layers have found in them."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

T = TypeVar("T")
Header = tuple[bytes, bytes]
Headers = Sequence[Header]


class RequestHeaders(list[Header]):
    """The headers of a request. Nobody changes them: all requests of a connection with the same headers share them.

    Attributes:
        found: What was found in them, by the function that has looked.
    """

    __slots__ = ("found",)

    def __init__(self, headers: Sequence[Header]) -> None:
        super().__init__(headers)
        self.found: dict[Callable[[Sequence[Header]], Any], Any] = {}


def look_once(headers: Sequence[Header], look: Callable[[Sequence[Header]], T]) -> T:
    """Return what a function finds in headers; it is called once for those that the requests of a connection share.

    A client sends the same headers again and again, and to look at each of them in each layer takes 5 % of a request.

    Args:
        headers: The headers in a scope, of a server that shares them or of another.
        look: A function of its module, not one that is made for each request.
    """
    if type(headers) is not RequestHeaders:
        return look(headers)
    try:
        return headers.found[look]  # type: ignore[no-any-return]  # it is what `look` has returned
    except KeyError:
        result = headers.found[look] = look(headers)
        return result
