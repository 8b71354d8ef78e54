"""The ASGI stack: one list of layers, outermost first, around the application and around refusals of the HTTP protocol.

The layers further in, which know the operations of a contract, are Connexion's: their lists stand in
`mockserver.api.application` and `mockserver.control.application`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial

from starlette.types import ASGIApp

from mockserver.config import NO_LOG, Settings
from mockserver.dispatch import Layer, PlaneDispatcher
from mockserver.middleware.access_log import AccessLogMiddleware, Write
from mockserver.middleware.cors import CorsMiddleware, Refuse


@dataclass(frozen=True, slots=True)
class AsgiStack:
    """The layers that the settings enable.

    Attributes:
        settings: The settings of the server.
        write: The sink of the access log.
        journal: The layer that records exchanges.
        refuse: The function that returns the body of a refusal, in the vendor's envelope.
    """

    settings: Settings
    write: Write
    journal: Layer
    refuse: Refuse

    def around(
        self,
        vendor: ASGIApp,
        control: ASGIApp,
        cors_methods: Collection[str] | None = None,
        pages: Mapping[str, Layer] | None = None,
    ) -> ASGIApp:
        """Return an application with the layers around it.

        Args:
            vendor: The application for all paths but those under `/_mock`.
            control: The application for paths under `/_mock`, which has neither CORS nor a journal.
            cors_methods: The methods that pages of other origins may use; None for no CORS.
            pages: The layers with pages for people, by path, which have neither CORS nor a journal.
        """
        settings, log_format = self.settings, self.settings.log_format
        layers: list[tuple[Layer, bool]] = [
            (
                partial(
                    AccessLogMiddleware,
                    write=self.write,
                    as_json=log_format == "json",
                    secret=settings.admin_token,
                ),
                log_format != NO_LOG,
            ),
            (partial(PlaneDispatcher, control=control, pages=pages or {}), True),
            (
                partial(CorsMiddleware, origins=settings.cors_origins, methods=cors_methods or (), refuse=self.refuse),
                cors_methods is not None,
            ),
            (self.journal, settings.journal_limit > 0),
        ]
        app = vendor
        for layer, is_enabled in reversed(layers):
            if is_enabled:
                app = layer(app)
        return app
