"""Connexion's validators for closed bodies: an error names the unknown member and the known ones."""

from typing import Any

from connexion.json_schema import Draft4RequestValidator

from mockserver.api.validators import InvalidRequestProblem, NamedParameterValidator, StrictJSONBodyValidator


class ClosedBodyValidator(StrictJSONBodyValidator):
    """A body validator that reports unknown members before all other errors."""

    def _validate(self, body: Any) -> None:  # noqa: ANN401  (JSON)
        for error in Draft4RequestValidator(self._schema).iter_errors(body):
            known = ", ".join(error.schema.get("properties", ()))
            if error.validator == "additionalProperties":
                unknown = ", ".join(sorted(error.instance.keys() - error.schema["properties"].keys()))
                raise InvalidRequestProblem(
                    f"the body has {unknown}, which is unknown; it may have {known}",
                    **{"in": "body", "name": unknown},
                )
            if error.validator == "minProperties":
                raise InvalidRequestProblem(
                    f"the body is empty; it needs at least one of {known}", **{"in": "body", "name": ""}
                )
        super()._validate(body)


VALIDATOR_MAP = {"parameter": NamedParameterValidator, "body": {"application/json": ClosedBodyValidator}}
