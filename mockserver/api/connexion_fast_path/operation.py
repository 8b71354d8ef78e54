"""The innermost layer: calls a handler with validated arguments and sends its response without interpretation."""

from collections.abc import Awaitable, Callable
from functools import cached_property, wraps
from typing import Any

from connexion.apps.asynchronous import AsyncApi, AsyncApp, AsyncASGIApp, AsyncOperation
from connexion.context import _context, _operation, _receive, _scope
from connexion.context import scope as connexion_scope
from connexion.decorators.main import StarletteDecorator
from connexion.decorators.response import AsyncResponseDecorator
from connexion.frameworks.starlette import Starlette
from connexion.operations import AbstractOperation
from connexion.utils import inspect_function_arguments
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mockserver.api.connexion_fast_path.validation import ARGUMENTS
from mockserver.api.envelope import RefusedResponse, send_json, send_refusal
from mockserver.recording.request_record import note_refusal

_JSON_AND_STATUS = 2


class FastOperation(AsyncOperation):  # type: ignore[misc]  # Connexion has no types
    """An operation that calls its handler directly if the arguments are read, else through Connexion's decorators.

    The context of Connexion, which its decorators read, is set for them alone: that saves 3 % of a request.
    """

    def __init__(self, operation: AbstractOperation, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  (Connexion's)
        super().__init__(operation.function, *args, **kwargs)
        self._operation = operation
        taken, _ = inspect_function_arguments(operation.function)
        self._given = [name for name in ("admission", "request_headers") if name in taken]

    @cached_property
    def fn(self) -> Callable[..., Any]:
        """The handler in Connexion's decorators, built once; a refusal is noted in the record of the request."""
        handler = self._fn

        @wraps(handler)
        async def note_and_return(**arguments: Any) -> Any:  # noqa: ANN401  (Connexion's)
            response = await handler(**arguments)
            if isinstance(response, RefusedResponse):
                note_refusal(connexion_scope, response.refusal.details)
            return response

        decorator = StarletteDecorator(pythonic_params=self.pythonic_params, jsonifier=self.jsonifier)
        return decorator(note_and_return)  # type: ignore[no-any-return]  # Connexion has no types

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the handler and send its response."""
        arguments = scope.get(ARGUMENTS)
        if arguments is None:
            self._set_context(scope, receive)
            await super().__call__(scope, receive, send)
            return
        for name in self._given:
            arguments[name] = scope["extensions"]["connexion_context"][name]
        response = await self._fn(**arguments)
        if _is_json(response):
            await send_json(send, response[0], response[1])
        elif isinstance(response, RefusedResponse):
            await send_refusal(scope, send, response)
        elif isinstance(response, Response):
            await response(scope, receive, send)
        else:
            self._set_context(scope, receive)
            decorator = AsyncResponseDecorator(framework=Starlette, jsonifier=self.jsonifier)
            await decorator.build_framework_response(response)(scope, receive, send)

    def _set_context(self, scope: Scope, receive: Receive) -> None:
        """Set what Connexion's `ContextMiddleware` sets for each request."""
        _context.set(scope["extensions"].get("connexion_context", {}))
        _operation.set(self._operation)
        _receive.set(receive)
        _scope.set(scope)


def _is_json(response: object) -> bool:
    """Whether a handler's return value is a JSON document with a status, which needs no interpretation."""
    return type(response) is tuple and len(response) == _JSON_AND_STATUS and type(response[0]) is dict


class FastApi(AsyncApi):  # type: ignore[misc]  # Connexion has no types
    """The factory of `FastOperation`."""

    def make_operation(self, operation: AbstractOperation) -> FastOperation:
        """See `AsyncApi.make_operation`."""
        return FastOperation(operation, self.jsonifier, operation.operation_id, pythonic_params=self.pythonic_params)


class FastASGIApp(AsyncASGIApp):  # type: ignore[misc]  # Connexion has no types
    """Connexion's innermost application with `FastOperation`."""

    api_cls = FastApi


class FastApp(AsyncApp):  # type: ignore[misc]  # Connexion has no types
    """Connexion's `AsyncApp` around `FastASGIApp`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  (Connexion's)
        self._middleware_app = FastASGIApp()
        super(AsyncApp, self).__init__(*args, **kwargs)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Pass a request to the layers; once they are built, the caller awaits them directly, which saves 0.5 %."""
        middleware = self.middleware
        if middleware.middleware_stack is None:
            return middleware(scope, receive, send)  # type: ignore[no-any-return]  # Connexion has no types
        scope["app"] = middleware
        return middleware.app(scope, receive, send)  # type: ignore[no-any-return]  # the same
