"""Whole JSON responses in one call, where the `send` of a request allows them."""

from collections.abc import Sequence

Header = tuple[bytes, bytes]


class JsonResponder:
    """An object with an ASGI `send` among its methods that takes a whole JSON response as well."""

    def respond(self, status: int, content: bytes, headers: Sequence[Header]) -> bool:
        """Send a response without waiting, and return True; return False, and send nothing, if that is not possible.

        Args:
            status: The status.
            content: The JSON document.
            headers: The headers besides the media type and the length.
        """
        raise NotImplementedError


def respond_at_once(send: object, status: int, content: bytes, headers: Sequence[Header]) -> bool:
    """Send a JSON response by the owner of a `send`, and return whether that was possible.

    ASGI takes two messages, each through all layers, which need 3 % of the instructions of a request. A layer that
    puts a `send` of its own in between gets the messages.
    """
    owner = getattr(send, "__self__", None)
    return isinstance(owner, JsonResponder) and owner.respond(status, content, headers)
