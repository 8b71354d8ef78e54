from conformance.results.exchange import Exchange
from conformance.results.timeline import TimelineOperation, effect_points, legend, timeline_of


def exchange(number: int, started: float, seconds: float = 0.1, key: str = "k") -> Exchange:
    url = "http://t/v1/accounts/g1/audiences/65c8a2d3b0e1f4a5b6c7d8e9"
    headers = (("authorization", f"Bearer {key}"),)
    return Exchange(number, "GET", url, headers, None, 200, None, (), b"", seconds * 1000, started)


def test_operations_take_effect_in_order_and_not_before_they_start() -> None:
    assert effect_points([1.0, 3.0, 2.0, 4.0]) == [1.0, 3.0, 3.0, 4.0]


def test_overlapping_exchanges_are_those_of_several_clients() -> None:
    first, second, third = timeline_of([exchange(2, 5.0, 1), exchange(1, 5.5), exchange(3, 7.0)])

    assert [one.client for one in (first, second, third)] == [1, 2, 1]
    assert (first.start, first.end, second.start) == (0.0, 1.0, 0.5)
    assert [one.fits for one in (first, second, third)] == [True, True, False]
    assert [one.place for one in (first, second, third)] == [None] * 3


def test_a_long_trace_has_a_client_for_each_key_and_its_order() -> None:
    trace = [exchange(number, float(number), key=f"k{number % 2}") for number in range(1, 9)]

    timeline = timeline_of(trace)

    assert [one.client for one in timeline] == [1, 2] * 4
    assert [one.place for one in timeline] == [*range(1, 8), None]
    assert not timeline[-1].fits


def test_a_few_exchanges_one_after_another_have_no_timeline() -> None:
    assert timeline_of([exchange(number, float(number)) for number in range(1, 8)]) == ()
    assert timeline_of([exchange(1, 0.0)]) == timeline_of([]) == ()


def test_the_legend_is_the_order_then_what_fits_nowhere_then_the_rest() -> None:
    timeline = (
        TimelineOperation(1, "deleteAudience → 200", 0.0, 1.0, place=2, effect=0.6),
        TimelineOperation(2, "getAudience → 200", 0.1, 0.9, place=1, effect=0.5),
        TimelineOperation(1, "getAudience → 404", 2.0, 3.0, fits=False),
        TimelineOperation(2, "updateAudience → no response", 2.0, None),
    )

    assert legend(timeline) == [
        "1. client 2: getAudience → 200",
        "2. client 1: deleteAudience → 200",
        "fits nowhere: client 1: getAudience → 404",
        "also: client 2: updateAudience → no response",
    ]
    assert timeline_of([exchange(1, 1.0, 2), exchange(2, 2.0)])[0].label == "GET audiences/…d8e9 → 200"
