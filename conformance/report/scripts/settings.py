"""The variables of the environment that a script reads."""

from collections.abc import Mapping

from conformance.report.scripts.expressions import Setting
from conformance.report.scripts.plan import Plan


def settings(plan: Plan) -> Mapping[str, str | None]:
    """Return the variables of a script with their defaults; None for a secret, which has none."""
    found: dict[str, str | None] = {"AUDIENCE_BASE_URL": plan.base_url}
    if plan.states_url:
        found["AUDIENCE_STATES_URL"] = plan.states_url
    for step in plan.steps:
        body = step.body if isinstance(step.body, tuple) else ()
        for expression in (step.path, body, *(value for _, value in step.headers)):
            found.update({part.name: None for part in expression if isinstance(part, Setting)})
    return found
