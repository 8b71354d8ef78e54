import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain import cursor


@given(st.integers(0, 2**63 - 1))
def test_a_cursor_is_read_back_as_it_was_written(serial: int) -> None:
    written = cursor.write("secret", "audiences/1", serial)

    assert cursor.read("secret", "audiences/1", written) == serial


def test_a_cursor_of_another_list_is_refused() -> None:
    written = cursor.write("secret", "audiences/1", 7)

    assert cursor.read("secret", "audiences/2", written) is None


def test_a_cursor_of_another_sandbox_is_refused() -> None:
    written = cursor.write("secret", "audiences/1", 7)

    assert cursor.read("another", "audiences/1", written) is None


@pytest.mark.parametrize("index", range(27))
@pytest.mark.parametrize("change", ["A", "b", "-", "_", "=", " ", "ü", "\0"])
def test_a_cursor_with_one_character_changed_is_refused(index: int, change: str) -> None:
    written = cursor.write("secret", "audiences/1", 7)
    broken = written[:index] + change + written[index + 1 :]

    assert broken == written or cursor.read("secret", "audiences/1", broken) is None


@given(st.text())
def test_any_text_is_read_without_an_error(text: str) -> None:
    assert cursor.read("secret", "audiences/1", text) is None
