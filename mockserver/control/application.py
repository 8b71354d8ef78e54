"""The assembly of the control plane: its contract, its handlers, and Connexion's layers, outermost first."""

from functools import partial

from connexion.middleware.context import ContextMiddleware
from connexion.middleware.lifespan import LifespanMiddleware
from starlette.types import ASGIApp

from mockserver import __version__
from mockserver.api.connexion_fast_path.exceptions import LazyExceptionMiddleware
from mockserver.api.connexion_fast_path.operation import FastApp
from mockserver.api.connexion_fast_path.routing import FastRoutingMiddleware
from mockserver.api.connexion_fast_path.validation import FastValidationMiddleware
from mockserver.api.jsonifier import FastJsonifier
from mockserver.api.long_responses import LongResponses
from mockserver.api.operations import Handlers, collect_handlers, resolver
from mockserver.control import errors
from mockserver.control.audiences import AudienceHandlers
from mockserver.control.clock import ClockHandlers
from mockserver.control.console_files import ConsoleHandlers
from mockserver.control.coverage import CoverageHandlers
from mockserver.control.documents import DocumentHandlers
from mockserver.control.faults import FaultHandlers
from mockserver.control.following import FollowHandlers
from mockserver.control.guide_files import GuideHandlers
from mockserver.control.jobs import JobHandlers
from mockserver.control.journal import JournalHandlers
from mockserver.control.keys import KeyHandlers
from mockserver.control.limits import LimitHandlers
from mockserver.control.reject_nul import RejectNul
from mockserver.control.require_json import RequireJson
from mockserver.control.sandboxes import SandboxHandlers
from mockserver.control.snapshots import SnapshotHandlers
from mockserver.control.states import StateHandlers
from mockserver.control.validators import VALIDATOR_MAP
from mockserver.control.worlds import WorldHandlers
from mockserver.middleware.body_limit import BodyLimitMiddleware
from mockserver.ports import Store
from mockserver.service.coverages import Coverages
from mockserver.service.journal_tail import JournalTails
from mockserver.service.journals import Journals
from mockserver.service.sandboxes import Sandboxes
from openapi import contract, control_contract, provider_states, typed_contract

MAX_BODY = 1 << 20


def handlers(  # noqa: PLR0913, PLR0917  (one argument a component)
    sandboxes: Sandboxes,
    store: Store,
    journals: Journals,
    journal_tails: JournalTails,
    coverages: Coverages,
    long_responses: LongResponses,
) -> Handlers:
    """Return all handlers by operationId."""
    return collect_handlers(
        DocumentHandlers(
            sandboxes,
            __version__,
            control_contract=control_contract,
            contract=contract,
            typed_contract=typed_contract,
            states_contract=provider_states,
        ),
        ConsoleHandlers(),
        GuideHandlers(),
        SandboxHandlers(sandboxes, long_responses),
        WorldHandlers(sandboxes, long_responses),
        SnapshotHandlers(sandboxes),
        ClockHandlers(sandboxes),
        JobHandlers(sandboxes),
        KeyHandlers(sandboxes),
        StateHandlers(sandboxes, store),
        LimitHandlers(sandboxes),
        AudienceHandlers(sandboxes, long_responses),
        FaultHandlers(sandboxes, contract),
        JournalHandlers(journals, long_responses),
        FollowHandlers(journal_tails),
        CoverageHandlers(coverages, contract),
    )


def control_application(  # noqa: PLR0913, PLR0917  (one argument a component)
    sandboxes: Sandboxes,
    store: Store,
    journals: Journals,
    journal_tails: JournalTails,
    coverages: Coverages,
    long_responses: LongResponses,
    *,
    max_body: int = MAX_BODY,
) -> ASGIApp:
    """Return the control plane as an ASGI application; the control gate in front of it restricts access.

    The layers further out stand in `mockserver.asgi_stack`.

    Args:
        sandboxes: The use cases on sandboxes.
        store: The store, for finding the sandbox of a key.
        journals: The use cases on journals.
        journal_tails: The followers of journals.
        coverages: The use cases on coverage.
        long_responses: The long responses that are being sent, on both planes.
        max_body: The maximum size of a body in bytes; it applies to seeds as well.
    """
    app = FastApp(
        "mockserver.control",
        middlewares=[
            LazyExceptionMiddleware,
            RejectNul,
            partial(BodyLimitMiddleware, limit=max_body),
            FastRoutingMiddleware,
            RequireJson,
            FastValidationMiddleware,
            LifespanMiddleware,
            ContextMiddleware,
        ],
        resolver=resolver(handlers(sandboxes, store, journals, journal_tails, coverages, long_responses)),
        jsonifier=FastJsonifier(),
        pythonic_params=True,
        validator_map=VALIDATOR_MAP,
    )
    app.add_api(control_contract())
    errors.register(app)
    return app
