"""What handlers of the control plane give back."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Body = dict[str, Any]
Answer = tuple[Body | None, int]
Operations = Mapping[str, Callable[..., Awaitable[Any]]]

GONE: Answer = (None, 204)
