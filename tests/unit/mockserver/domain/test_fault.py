"""The decision which faults act on a request."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.fault import Fault, FaultKind, FaultSubject, Resend, chance, decide, redacted
from mockserver.domain.key import ApiKey

OPERATIONS = ("deleteAudience", "getAudience")
TOKENS = ("sk_test_one", "sk_test_two")
IDENTIFIERS = ("a" * 24, "b" * 24)
SECRET = "0123456789abcdef0123456789abcdef"


def key(token: str, name: str = "") -> ApiKey:
    return ApiKey(token, name, frozenset(), frozenset())


def requests() -> st.SearchStrategy[FaultSubject]:
    keys = st.builds(key, st.sampled_from(TOKENS), st.sampled_from(("first", "second")))
    return st.builds(FaultSubject, st.sampled_from(OPERATIONS), keys, st.frozensets(st.sampled_from(IDENTIFIERS)))


def faults() -> st.SearchStrategy[Fault]:
    return st.builds(
        Fault,
        st.uuids().map(str),
        st.sampled_from(FaultKind),
        operation=st.none() | st.sampled_from(OPERATIONS),
        key=st.none() | st.sampled_from((*TOKENS, "first")),
        resource=st.none() | st.sampled_from(IDENTIFIERS),
        first=st.integers(1, 4),
        times=st.none() | st.integers(1, 3),
        probability=st.sampled_from((0.0, 0.3, 1.0)),
    )


ASKED = FaultSubject("deleteAudience", key("sk_test_one", "first"), frozenset(IDENTIFIERS))


@given(faults(), requests())
def test_a_fault_matches_a_request_that_all_its_filters_match(fault: Fault, request: FaultSubject) -> None:
    alone = [Fault("1", fault.kind, operation=fault.operation)]
    alone += [Fault("2", fault.kind, key=fault.key), Fault("3", fault.kind, resource=fault.resource)]

    assert fault.matches(request) is all(single.matches(request) for single in alone)
    assert Fault("4", fault.kind).matches(request)


@given(requests())
def test_each_filter_matches_its_own_attribute_of_a_request(request: FaultSubject) -> None:
    kind = FaultKind.DELAY

    assert {name for name in OPERATIONS if Fault("1", kind, operation=name).matches(request)} == {request.operation}
    matching = {name for name in (*TOKENS, "first", "second") if Fault("1", kind, key=name).matches(request)}
    assert matching == {request.key.token, request.key.name}
    assert {
        identifier for identifier in IDENTIFIERS if Fault("1", kind, resource=identifier).matches(request)
    } == request.identifiers


@given(st.lists(faults(), max_size=5), st.lists(requests(), max_size=12))
def test_a_series_of_requests_respects_every_fault(initial: list[Fault], series: list[FaultSubject]) -> None:
    now = tuple(initial)
    for request in series:
        before, taken = now, decide(now, request, SECRET)
        now = taken.faults

        assert [fault.matched for fault in now] == [fault.matched + fault.matches(request) for fault in before]
        acted = {acting.id for acting in (*taken.delays, *([taken.effect] if taken.effect else []))}
        waiting = taken.effect is not None and taken.effect.acts_after_effect
        counted = {new.id for new, old in zip(now, before, strict=True) if new.acted != old.acted}
        assert counted == (acted - {taken.effect.id} if waiting and taken.effect else acted)
        for fault in (*taken.delays, *([taken.effect] if taken.effect else [])):
            assert fault.matched >= fault.first
            assert fault.times is None or fault.acted <= fault.times
            assert fault.probability > 0
        assert all(fault.kind is FaultKind.DELAY for fault in taken.delays)
        assert taken.effect is None or taken.effect.kind is not FaultKind.DELAY


def test_the_first_due_fault_acts_and_the_next_fault_acts_later() -> None:
    pair = (Fault("1", FaultKind.RESPONSE, status=500, times=1), Fault("2", FaultKind.RESET_BEFORE, times=1))

    taken = [decide(pair, ASKED, SECRET)]
    taken += [decide(taken[-1].faults, ASKED, SECRET)]
    taken += [decide(taken[-1].faults, ASKED, SECRET)]

    assert [decision.effect.id if decision.effect else None for decision in taken] == ["1", "2", None]
    assert [(fault.matched, fault.acted) for fault in taken[-1].faults] == [(3, 1), (3, 1)]


def test_all_due_delays_act_beside_another_fault() -> None:
    delays = [Fault(str(number), FaultKind.DELAY, delay=number) for number in (1, 2)]

    taken = decide([delays[0], Fault("3", FaultKind.RESET_BEFORE), delays[1]], ASKED, SECRET)

    assert [fault.delay for fault in taken.delays] == [1, 2]
    assert taken.effect is not None


def test_a_fault_after_the_effect_has_not_acted_yet() -> None:
    taken = decide([Fault("1", FaultKind.RESET_AFTER, times=1)], ASKED, SECRET)

    assert taken.effect is not None
    assert (taken.effect.acted, taken.effect.after_acting().remaining) == (0, 0)


def test_a_corrupted_response_with_a_status_does_not_wait_for_the_effect() -> None:
    spoiled = Fault("1", FaultKind.MALFORMED_JSON)

    assert spoiled.acts_after_effect
    assert not replace(spoiled, status=500).acts_after_effect


@given(st.integers(1, 10_000))
def test_chance_depends_only_on_seed_fault_and_match(match: int) -> None:
    drawn = chance(SECRET, "1", match)

    assert 0 <= drawn < 1
    assert drawn == chance(SECRET, "1", match)
    assert len({drawn, chance(SECRET, "2", match), chance(SECRET, "1", match + 1), chance("other", "1", match)}) == 4


def test_chance_has_the_given_probability() -> None:
    hits = sum(chance(SECRET, "1", match) < 0.3 for match in range(10_000))

    assert 2_850 < hits < 3_150


@given(st.text(min_size=8))
def test_a_redacted_key_shows_four_characters(token: str) -> None:
    assert redacted(token) == "..." + token[-4:]


class TestAwaitedRequests:
    def test_a_request_is_awaited_up_to_an_instant(self) -> None:
        fault = Fault("f", FaultKind.RESET_AFTER).awaiting(Resend("one", 10), 0)

        assert [fault.awaits("one", now) for now in (0, 9, 10)] == [True, True, False]
        assert [fault.awaits_any(now) for now in (9, 10)] == [True, False]
        assert not fault.awaits("another", 0)
        assert not fault.not_awaiting("one").awaits_any(0)

    def test_requests_of_the_past_and_more_than_a_hundred_are_forgotten(self) -> None:
        fault = Fault("f", FaultKind.RESET_AFTER).awaiting(Resend("past", 5), 0)
        for number in range(150):
            fault = fault.awaiting(Resend(f"{number}", 20), 10)

        assert [resend.request for resend in fault.awaited] == [f"{number}" for number in range(50, 150)]
