"""Methods that are made of a request: the same request becomes one that waits and one to await."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Concatenate, Generic, ParamSpec, TypeVar

from mockserver.client.calls import Call
from mockserver.client.transport import AsyncSender, Sender

P = ParamSpec("P")
T = TypeVar("T")


class Part:
    """A sandbox, or a part of it such as its clock.

    Attributes:
        id: The identifier of the sandbox.
    """

    def __init__(self, sender: Sender, sandbox_id: str) -> None:
        self.id = sandbox_id
        self.sender = sender


class AsyncPart:
    """A sandbox, or a part of it, for coroutines.

    Attributes:
        id: The identifier of the sandbox.
    """

    def __init__(self, sender: AsyncSender, sandbox_id: str) -> None:
        self.id = sandbox_id
        self.sender = sender


class Operation(Generic[P, T]):
    """A method of a part that sends a request."""

    def __init__(self, request: Callable[Concatenate[str, P], Call[T]]) -> None:
        self._request = request
        self.__doc__ = request.__doc__

    def __get__(self, part: Part, _: type[Part]) -> Callable[P, T]:
        """Return the method of a part."""

        @wraps(self._request)
        def send(*args: P.args, **kwargs: P.kwargs) -> T:
            return part.sender.send(self._request(part.id, *args, **kwargs))

        return send


class AsyncOperation(Generic[P, T]):
    """A method of a part for coroutines that sends a request."""

    def __init__(self, request: Callable[Concatenate[str, P], Call[T]]) -> None:
        self._request = request
        self.__doc__ = request.__doc__

    def __get__(self, part: AsyncPart, _: type[AsyncPart]) -> Callable[P, Awaitable[T]]:
        """Return the method of a part."""

        @wraps(self._request)
        async def send(*args: P.args, **kwargs: P.kwargs) -> T:
            return await part.sender.send(self._request(part.id, *args, **kwargs))

        return send
