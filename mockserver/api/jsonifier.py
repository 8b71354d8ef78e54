"""A JSON encoder for Connexion, by orjson; Connexion's own encoder writes lone surrogates, which orjson refuses."""

from typing import Any

import orjson
from connexion.jsonifier import Jsonifier


class FastJsonifier(Jsonifier):  # type: ignore[misc]  # Connexion has no types
    """Connexion's jsonifier with a faster encoder."""

    def dumps(self, data: Any, **kwargs: Any) -> str:  # noqa: ANN401  (JSON)
        """Encode a document as JSON."""
        try:
            return orjson.dumps(data).decode()
        except TypeError:
            return super().dumps(data, **kwargs)  # type: ignore[no-any-return]  # Connexion has no types
