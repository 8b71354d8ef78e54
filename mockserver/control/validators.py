"""Connexion's validators for closed bodies: a member that nobody knows is named, with those that there are."""

from typing import Any

from connexion.json_schema import Draft4RequestValidator

from mockserver.api.validators import InvalidRequestProblem, NamedParameterValidator, StrictJSONBodyValidator


class ClosedBodyValidator(StrictJSONBodyValidator):
    """Says what a closed body may have, before all else that may be wrong with it."""

    def _validate(self, body: Any) -> None:  # noqa: ANN401  (JSON)
        for error in Draft4RequestValidator(self._schema).iter_errors(body):
            known = ", ".join(error.schema.get("properties", ()))
            if error.validator == "additionalProperties":
                unknown = ", ".join(sorted(error.instance.keys() - error.schema["properties"].keys()))
                raise InvalidRequestProblem(
                    f"the body has {unknown}, which is not known here; it may have {known}",
                    **{"in": "body", "name": unknown},
                )
            if error.validator == "minProperties":
                raise InvalidRequestProblem(
                    f"the body is empty; it needs at least one of {known}", **{"in": "body", "name": ""}
                )
        super()._validate(body)


VALIDATOR_MAP = {"parameter": NamedParameterValidator, "body": {"application/json": ClosedBodyValidator}}
