"""Stock Connexion with the server's handlers."""

from functools import partial
from typing import Any

from connexion import AsyncApp
from connexion.middleware import MiddlewarePosition
from connexion.options import SwaggerUIOptions

from mockserver.api.admission import AdmissionMiddleware
from mockserver.api.application import handlers
from mockserver.api.connexion_fast_path.security import AdmittedBearer
from mockserver.api.error_handlers import ErrorHandlers
from mockserver.api.jsonifier import FastJsonifier
from mockserver.api.narrowed_contract import permissions, with_policy
from mockserver.api.operations import resolver
from mockserver.api.validators import VALIDATOR_MAP
from mockserver.bootstrap import Components, request_gate
from openapi import contract


def stock_app(parts: Components) -> AsyncApp:
    """Build stock Connexion with the same handlers, error handlers and public options."""
    document = contract()
    app = AsyncApp(
        "mockserver",
        resolver=resolver(handlers(parts.runner, parts.envelopes)),
        jsonifier=FastJsonifier(),
        pythonic_params=True,
        security_map={"bearer": AdmittedBearer},
        validator_map=VALIDATOR_MAP,
        swagger_ui_options=SwaggerUIOptions(swagger_ui=False, serve_spec=False),
    )
    app.add_middleware(
        Unrouted,
        position=MiddlewarePosition.BEFORE_SECURITY,
        admission=partial(
            AdmissionMiddleware,
            gate=request_gate(parts, document),
            permissions=permissions(document),
        ),
    )
    narrowed = with_policy(document)
    narrowed["paths"] = dict(sorted(narrowed["paths"].items(), key=lambda item: "{audienceId}" in item[0]))
    app.add_api(narrowed)  # stock routing takes the first path that matches
    ErrorHandlers(parts.envelopes).register(app)
    return app


class Unrouted:
    """Middleware that admits only routed requests, because stock routing lets unrouted requests pass."""

    def __init__(self, app: Any, *, admission: Any) -> None:
        self.app = app
        self.admission = admission(app)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        routed = scope.get("extensions", {}).get("connexion_routing", {}).get("operation_id") is not None
        await (self.admission if routed else self.app)(scope, receive, send)
