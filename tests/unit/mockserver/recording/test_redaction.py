"""The redaction: it hides every spelling of a key and nothing else."""

import json
from urllib.parse import quote

import pytest
from ahocorasick_rs import AhoCorasick
from hypothesis import given
from hypothesis import strategies as st

from mockserver.recording import redaction
from mockserver.recording.redaction import Redaction, hint

KEY = "sk_test_0123456789abcdef0123456789abcdef"
ODD = 'my/very"own\\key%41+here'
TOKEN = "the-admin-token-of-this-server"
REDACTION = Redaction([KEY, ODD], [TOKEN])


def escaped(text: str) -> str:
    """Return the text with every character as a JSON escape."""
    return "".join(f"\\u{ord(character):04x}" for character in text)


def encoded(text: str) -> str:
    """Return the text with every character percent-encoded."""
    return "".join(f"%{ord(character):02X}" for character in text)


@pytest.mark.parametrize("secret", [KEY, ODD, TOKEN, "sk_live_of_somebody_else", "sk_test_unknown"])
@pytest.mark.parametrize(
    "written",
    [
        str,
        lambda secret: json.dumps({"key": secret}),
        lambda secret: f"?key={quote(secret, safe='')}&x=1",
        lambda secret: f"?key={quote(quote(secret, safe=''), safe='')}",
        encoded,
        escaped,
        lambda secret: escaped(encoded(secret)),
        lambda secret: encoded(escaped(secret)),
        lambda secret: f"/v1/accounts/{secret}/audiences/{secret}",
    ],
)
def test_a_secret_is_not_shown(secret: str, written: object) -> None:
    shown = REDACTION(written(secret))  # type: ignore[operator]

    assert secret not in shown
    assert encoded(secret) not in shown
    assert escaped(secret) not in shown
    assert secret[4:-5] not in shown


def test_a_text_encoded_in_too_many_layers_is_not_shown_at_all() -> None:
    text = KEY
    for _ in range(12):
        text = encoded(text) if len(text) < 10_000 else quote(text)

    assert REDACTION(text) == "…"


@pytest.mark.parametrize("text", ["", "100 % sure", "%zz", '{"name": "sk_test"}', "/v1/accounts/%E2%82%AC", "a\\nb"])
def test_a_text_without_a_secret_is_shown_unchanged(text: str) -> None:
    assert REDACTION(text) == text


def test_half_a_surrogate_pair_hides_nothing_but_itself() -> None:
    assert REDACTION(f"\ud800 é {KEY}") == "? é sk_…cdef"


def test_of_a_token_longer_than_any_key_nothing_is_shown() -> None:
    token = "eyJ." + "x" * 60_000

    assert Redaction([token])(f"Bearer {token}, and more") == "Bearer eyJ…xxxx, and more"


def test_a_hint_identifies_a_long_key_and_no_token() -> None:
    assert REDACTION(f"key={KEY}") == "key=sk_…cdef"
    assert hint("a-short-key") == "…"
    assert REDACTION(f"token={TOKEN}") == "token=…"
    assert REDACTION.hint(TOKEN) == "…"


@pytest.mark.parametrize("cut", range(1, len(ODD)))
def test_part_of_a_secret_at_the_end_of_a_truncated_text_is_not_shown(cut: int) -> None:
    text = "x" * 5_000 + ODD[:cut]

    shown = REDACTION.of_cut(text)

    assert shown
    assert set(shown) == {"x"}


class CountingAutomaton:
    """An automaton for all secrets, whose searches are counted."""

    searches = 0

    def __init__(self, *words: object, **options: object) -> None:
        self._automaton = AhoCorasick(*words, **options)  # type: ignore[arg-type]

    def find_matches_as_indexes(self, text: str) -> list[tuple[int, int, int]]:
        CountingAutomaton.searches += 1
        return self._automaton.find_matches_as_indexes(text)


@pytest.mark.parametrize("number", [1, 2_000])
def test_a_text_is_searched_once_however_many_secrets_there_are(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redaction, "AhoCorasick", CountingAutomaton)
    monkeypatch.setattr(CountingAutomaton, "searches", 0)
    secrets = [f"{at:024x}" for at in range(number)]

    shown = Redaction(secrets)(f"{secrets[-1]} and no other")

    assert shown == f"000…{secrets[-1][-4:]} and no other"
    assert CountingAutomaton.searches == 1


@given(st.text(max_size=60), st.text(max_size=60), st.sampled_from([KEY, TOKEN]))
def test_a_secret_is_redacted_in_any_surrounding_text(before: str, after: str, secret: str) -> None:
    assert secret not in REDACTION(before + secret + after)
