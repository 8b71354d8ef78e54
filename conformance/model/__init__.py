"""What the documentation demands of any implementation: one pure function of a state, a request and a response."""

from conformance.model.events import (
    AudiencePopulated,
    AudienceReady,
    Event,
    KeyIssued,
    KeyRevoked,
    ListsSettled,
    ProspectingEnded,
)
from conformance.model.judge import advance, explain, judge, step
from conformance.model.messages import (
    UNKNOWN,
    AudiencePage,
    JobPage,
    Navigation,
    Request,
    Response,
    ShownAudience,
    ShownFolder,
    ShownJob,
    Validity,
)
from conformance.model.state import State
from conformance.model.violation import Fact, Judgement, RuleViolation, Severity

__all__ = [
    "UNKNOWN",
    "AudiencePage",
    "AudiencePopulated",
    "AudienceReady",
    "Event",
    "Fact",
    "JobPage",
    "Judgement",
    "KeyIssued",
    "KeyRevoked",
    "ListsSettled",
    "Navigation",
    "ProspectingEnded",
    "Request",
    "Response",
    "RuleViolation",
    "Severity",
    "ShownAudience",
    "ShownFolder",
    "ShownJob",
    "State",
    "Validity",
    "advance",
    "explain",
    "judge",
    "step",
]
