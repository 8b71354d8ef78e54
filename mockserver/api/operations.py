"""The registration of handlers: a decorator names the operation of the contract that a method handles."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from connexion.resolver import Resolver

Handler = Callable[..., Awaitable[Any]]
Handlers = Mapping[str, Handler]
"""Handlers by operationId."""
H = TypeVar("H", bound=Handler)

_OPERATION_ID = "operation_id"


def operation(operation_id: str) -> Callable[[H], H]:
    """Mark a method as the handler of an operation; its arguments arrive validated against the contract."""

    def mark(method: H) -> H:
        setattr(method, _OPERATION_ID, operation_id)
        return method

    return mark


def collect_handlers(*groups: object) -> Handlers:
    """Return the marked methods of some objects, by operationId."""
    return {
        getattr(method, _OPERATION_ID): getattr(group, name)
        for group in groups
        for name, method in vars(type(group)).items()
        if hasattr(method, _OPERATION_ID)
    }


def resolver(handlers: Handlers) -> Resolver:
    """Return a resolver from operationId to handler; Connexion reports a missing handler when the server starts."""

    def resolve(operation_id: str) -> Handler:
        try:
            return handlers[operation_id]
        except KeyError:
            raise ValueError(f"no handler for operation {operation_id}") from None

    return Resolver(resolve)
