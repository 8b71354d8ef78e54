"""A handler is called with its checked arguments, and its answer is sent as it is."""

from collections.abc import Awaitable, Callable
from functools import cached_property, wraps
from typing import Any

from connexion.apps.asynchronous import AsyncApi, AsyncApp, AsyncASGIApp, AsyncOperation
from connexion.context import scope as connexion_scope
from connexion.decorators.main import StarletteDecorator
from connexion.decorators.response import AsyncResponseDecorator
from connexion.frameworks.starlette import Starlette
from connexion.operations import AbstractOperation
from connexion.utils import inspect_function_arguments
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mockserver.api.connexion_fast_path.validation import ARGUMENTS
from mockserver.api.envelope import send_json
from mockserver.recording.request_record import note_refusal

_STATUS = 2
_REFUSED = 400


class FastOperation(AsyncOperation):  # type: ignore[misc]  # Connexion has no types
    """Calls a handler directly where its arguments have been read, else through Connexion's decorators, built once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  (Connexion's)
        super().__init__(*args, **kwargs)
        self._takes_admission = "admission" in inspect_function_arguments(self._fn)[0]

    @cached_property
    def fn(self) -> Callable[..., Any]:
        """The decorated handler, which notes what it has refused."""
        handler = self._fn

        @wraps(handler)
        async def noting(**arguments: Any) -> Any:  # noqa: ANN401  (Connexion's)
            answer = await handler(**arguments)
            if _is_direct(answer):
                _note_refusal(connexion_scope, answer)
            return answer

        decorator = StarletteDecorator(pythonic_params=self.pythonic_params, jsonifier=self.jsonifier)
        return decorator(noting)  # type: ignore[no-any-return]  # Connexion has no types

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        arguments = scope.get(ARGUMENTS)
        if arguments is None:
            await super().__call__(scope, receive, send)
            return
        if self._takes_admission:
            arguments["admission"] = scope["extensions"]["connexion_context"]["admission"]
        answer = await self._fn(**arguments)
        if _is_direct(answer):
            if answer[1] >= _REFUSED:
                _note_refusal(scope, answer)
            await send_json(send, answer[0], answer[1])
            return
        if isinstance(answer, Response):
            await answer(scope, receive, send)
            return
        decorator = AsyncResponseDecorator(framework=Starlette, jsonifier=self.jsonifier)
        await decorator.build_framework_response(answer)(scope, receive, send)


def _is_direct(answer: object) -> bool:
    """Whether a handler has answered with a JSON document and a status, which needs no interpretation."""
    return type(answer) is tuple and len(answer) == _STATUS and type(answer[0]) is dict


def _note_refusal(scope: Scope, answer: tuple[dict[str, Any], int]) -> None:
    """Note the rule behind a refusal of the vendor's API; of the control plane nothing is noted."""
    error = answer[0].get("error")
    if error:
        note_refusal(scope, error["details"])


class FastApi(AsyncApi):  # type: ignore[misc]  # Connexion has no types
    """Makes the operations above."""

    def make_operation(self, operation: AbstractOperation) -> FastOperation:
        """See `AsyncApi.make_operation`."""
        return FastOperation(
            operation.function, self.jsonifier, operation.operation_id, pythonic_params=self.pythonic_params
        )


class FastASGIApp(AsyncASGIApp):  # type: ignore[misc]  # Connexion has no types
    """Connexion's own application with the operations above."""

    api_cls = FastApi


class FastApp(AsyncApp):  # type: ignore[misc]  # Connexion has no types
    """Connexion's `AsyncApp` around the application above."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  (Connexion's)
        self._middleware_app = FastASGIApp()
        super(AsyncApp, self).__init__(*args, **kwargs)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Hand a request to the layers."""
        return self.middleware(scope, receive, send)  # type: ignore[no-any-return]  # Connexion has no types
