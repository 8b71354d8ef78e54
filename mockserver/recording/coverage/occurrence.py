"""An occurrence of a situation in a journal."""

from dataclasses import dataclass, field

from mockserver.recording.exchange import Exchange


@dataclass(slots=True, eq=False)
class Occurrence:
    """An occurrence of a situation.

    Attributes:
        situation: The id of the situation.
        exchanges: The exchanges that belong to it, by which findings are related to it; the first one led into it.
        reaction: The exchange that shows the right reaction; None as long as there is none.
    """

    situation: str
    exchanges: list[Exchange] = field(default_factory=list)
    reaction: Exchange | None = None

    @property
    def began(self) -> int:
        """The number of the exchange that led into the situation."""
        return self.exchanges[0].number

    @property
    def numbers(self) -> set[int]:
        """The numbers of all exchanges that belong to it."""
        return {exchange.number for exchange in self.exchanges}


def met_and_handled(situation: str, exchange: Exchange) -> Occurrence:
    """Return the occurrence of a situation in which a client has nothing to do."""
    return Occurrence(situation, [exchange], exchange)
