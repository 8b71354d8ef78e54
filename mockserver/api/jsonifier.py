"""JSON as Connexion writes it, by orjson; half a surrogate, which orjson refuses, goes to Connexion's own encoder."""

from typing import Any

import orjson
from connexion.jsonifier import Jsonifier


class FastJsonifier(Jsonifier):  # type: ignore[misc]  # Connexion has no types
    """Connexion's jsonifier with a quick encoder."""

    def dumps(self, data: Any, **kwargs: Any) -> str:  # noqa: ANN401  (JSON)
        """Encode as JSON."""
        try:
            return orjson.dumps(data).decode()
        except TypeError:
            return super().dumps(data, **kwargs)  # type: ignore[no-any-return]  # Connexion has no types
