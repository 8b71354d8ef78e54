"""The headers of a request, with what layers have found out about them."""

Header = tuple[bytes, bytes]


class RequestHeaders(list[Header]):
    """The headers of a request. Nobody changes them: all requests of a connection with the same headers share them.

    A client sends the same headers again and again, and to look at each of them in each layer takes 5 % of a request.

    Attributes:
        credentials: The token and the preferences, see `api.admission.read_headers`; None if nobody has looked yet.
        has_origin: Whether there is an `Origin`; None if nobody has looked yet.
        kept: Those that the journal keeps, and their size, see `recorder`, without a key and with one; None if nobody
            has looked yet.
    """

    __slots__ = ("credentials", "has_origin", "kept")

    def __init__(self, headers: list[Header]) -> None:
        super().__init__(headers)
        self.credentials: tuple[str | None, list[bytes] | None] | None = None
        self.has_origin: bool | None = None
        self.kept: list[tuple[tuple[Header, ...], int] | None] = [None, None]
