"""The assembly of the vendor's API: its contract, its handlers, and Connexion's layers, outermost first."""

from collections.abc import Callable
from functools import partial
from typing import Any

from connexion import AsyncApp
from connexion.middleware.lifespan import LifespanMiddleware
from connexion.middleware.response_validation import ResponseValidationMiddleware
from starlette.types import ASGIApp

from mockserver.api.admission import AdmissionMiddleware, RequestGate
from mockserver.api.connexion_fast_path.exceptions import LazyExceptionMiddleware
from mockserver.api.connexion_fast_path.operation import FastApp
from mockserver.api.connexion_fast_path.routing import FastRoutingMiddleware
from mockserver.api.connexion_fast_path.security import AdmittedBearer, FastSecurityMiddleware
from mockserver.api.connexion_fast_path.validation import FastValidationMiddleware
from mockserver.api.envelope import Envelopes
from mockserver.api.error_handlers import ErrorHandlers
from mockserver.api.handlers.accounts import AccountHandlers
from mockserver.api.handlers.audiences import AudienceHandlers
from mockserver.api.handlers.folders import FolderHandlers
from mockserver.api.handlers.prospecting import ProspectingHandlers
from mockserver.api.jsonifier import FastJsonifier
from mockserver.api.narrowed_contract import permissions, with_body, with_policy
from mockserver.api.operations import Handlers, collect_handlers, resolver
from mockserver.api.validators import VALIDATOR_MAP
from mockserver.service.transactions import UseCaseRunner


def handlers(runner: UseCaseRunner, envelopes: Envelopes) -> Handlers:
    """Return all handlers by operationId."""
    return collect_handlers(
        AudienceHandlers(runner, envelopes),
        FolderHandlers(runner, envelopes),
        ProspectingHandlers(runner, envelopes),
        AccountHandlers(runner, envelopes),
    )


def application(
    contract: dict[str, Any],
    handlers_by_id: Handlers,
    gate: RequestGate,
    body_limit: Callable[..., ASGIApp],
    *,
    validate_responses: bool = False,
) -> AsyncApp:
    """Return the vendor's API as an ASGI application.

    The layers further out (access log, CORS, journal) stand in `mockserver.asgi_stack`.

    Args:
        contract: The OpenAPI document of the vendor's API.
        handlers_by_id: The handlers by operationId.
        gate: The collaborators of the admission layer.
        body_limit: A factory of the layer that limits bodies; its arguments are the next application and `operations`,
            the operationIds of the operations that take a body.
        validate_responses: Whether Connexion checks each response against the contract, for tests.
    """
    admission = partial(AdmissionMiddleware, gate=gate, permissions=permissions(contract))
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
        ],
        resolver=resolver(handlers_by_id),
        jsonifier=FastJsonifier(),
        pythonic_params=True,
        security_map={"bearer": AdmittedBearer},
        validator_map=VALIDATOR_MAP,
        validate_responses=validate_responses,
    )
    app.add_api(with_policy(contract, responses=validate_responses))
    ErrorHandlers(gate.envelopes).register(app)
    return app
