"""Puts the contract, the handlers and Connexion's layers together, outermost first."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from connexion import AsyncApp
from connexion.middleware.lifespan import LifespanMiddleware
from connexion.middleware.response_validation import ResponseValidationMiddleware
from connexion.resolver import Resolver
from starlette.types import ASGIApp

from mockserver.api.admission import AdmissionMiddleware, RequestGate
from mockserver.api.connexion_fast_path.context import FastContextMiddleware
from mockserver.api.connexion_fast_path.exceptions import LazyExceptionMiddleware
from mockserver.api.connexion_fast_path.operation import FastApp
from mockserver.api.connexion_fast_path.routing import FastRoutingMiddleware
from mockserver.api.connexion_fast_path.security import AdmittedBearer, FastSecurityMiddleware
from mockserver.api.connexion_fast_path.validation import FastValidationMiddleware
from mockserver.api.error_handlers import ErrorHandlers
from mockserver.api.handlers.accounts import AccountHandlers
from mockserver.api.handlers.answers import Answers, Handler
from mockserver.api.handlers.audiences import AudienceHandlers
from mockserver.api.handlers.folders import FolderHandlers
from mockserver.api.handlers.prospecting import ProspectingHandlers
from mockserver.api.jsonifier import FastJsonifier
from mockserver.api.narrowed_contract import permissions, with_body, with_policy
from mockserver.api.validators import VALIDATOR_MAP


def handlers(answers: Answers) -> dict[str, Handler]:
    """Every handler by its operationId."""
    groups = (
        AudienceHandlers(answers),
        FolderHandlers(answers),
        ProspectingHandlers(answers),
        AccountHandlers(answers),
    )
    return {operation_id: handler for group in groups for operation_id, handler in group.operations().items()}


def resolver(operations: Mapping[str, Handler]) -> Resolver:
    """Resolves an operationId to its handler; Connexion reports one that has none when the server starts."""

    def resolve(operation_id: str) -> Handler:
        try:
            return operations[operation_id]
        except KeyError:
            raise ValueError(f"no handler for operation {operation_id}") from None

    return Resolver(resolve)


def application(
    contract: dict[str, Any],
    answers: Answers,
    reception: RequestGate,
    body_limit: Callable[..., ASGIApp],
    *,
    validate_responses: bool = False,
) -> AsyncApp:
    """The vendor's API as an ASGI application.

    `body_limit`: makes the layer that limits bodies, from the application behind it and `operations`, by operationId.
    `validate_responses`: Connexion checks each answer, for tests.
    """
    required = permissions(contract)
    admission = partial(AdmissionMiddleware, reception=reception, permissions=required, wire=answers.wire)
    app = FastApp(
        "mockserver",
        middlewares=[
            LazyExceptionMiddleware,
            FastRoutingMiddleware,
            admission,
            FastSecurityMiddleware,
            partial(body_limit, operations=with_body(contract)),
            FastValidationMiddleware,
            *([ResponseValidationMiddleware] if validate_responses else []),
            LifespanMiddleware,
            FastContextMiddleware,
        ],
        resolver=resolver(handlers(answers)),
        jsonifier=FastJsonifier(),
        pythonic_params=True,
        security_map={"bearer": AdmittedBearer},
        validator_map=VALIDATOR_MAP,
        validate_responses=validate_responses,
    )
    app.add_api(with_policy(contract, responses=validate_responses))
    ErrorHandlers(answers.wire).register(app)
    return app
