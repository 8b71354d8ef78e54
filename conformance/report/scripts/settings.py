"""The variables of the environment that a script reads."""

from collections.abc import Mapping

from conformance.report.scripts.expressions import Setting
from conformance.report.scripts.plan import Plan


def settings(plan: Plan) -> Mapping[str, str | None]:
    """Return the variables of a script with their defaults; None for a secret, and for a used resource."""
    found: dict[str, str | None] = {"AUDIENCE_BASE_URL": plan.base_url}
    if plan.states_url:
        found["AUDIENCE_STATES_URL"] = plan.states_url
    for resource in plan.prepared:
        found[resource.variable] = None if resource.is_used_up else resource.identifier
    for step in plan.steps:
        body = step.body if isinstance(step.body, tuple) else ()
        for expression in (step.path, body, *(value for _, value in step.headers)):
            found.update({part.name: None for part in expression if isinstance(part, Setting)})
    return found


def description(plan: Plan, name: str) -> str:
    """Return what a variable without a default is to be set to."""
    resources = {resource.variable: resource.description for resource in plan.prepared}
    if name in resources:
        return f"{resources[name]}, another one than in the run"
    return f"{plan.keys[name]}, which is secret" if name in plan.keys else "its value is secret"
