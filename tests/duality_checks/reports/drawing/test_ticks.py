"""Numbers along axes: round, within the axis, apart, and what their texts say is where they stand."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks.reports.drawing.axis import Axis, around
from duality_checks.reports.drawing.ticks import Ticks, ticks, width

_LOWERED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def read(text: str) -> float:
    """The number that a text says."""
    text = text.replace("\N{MINUS SIGN}", "-")
    times, dot, power = text.rpartition("\N{MIDDLE DOT}")
    if power.startswith("10") and len(power) > 2 and power[2] in "⁻⁰¹²³⁴⁵⁶⁷⁸⁹":
        return (float(times) if dot else 1.0) * 10.0 ** int(power[2:].translate(_LOWERED))
    return float(text)


def shared(found: Ticks) -> float:
    return read(found.factor[1:]) if found.factor else 1.0


sizes = st.tuples(st.floats(-9, 9), st.integers(-12, 12)).map(lambda pair: pair[0] * 10.0 ** pair[1])


@given(ends=st.tuples(sizes, sizes), room=st.floats(60, 400), upright=st.booleans(), log=st.booleans())
@settings(max_examples=40, deadline=None)
def test_texts_say_where_they_stand_and_keep_apart(
    ends: tuple[float, float], room: float, upright: bool, log: bool
) -> None:
    low, high = sorted(abs(end) + 1e-12 if log else end for end in ends)
    axis = Axis(
        "a", low, high if high - low > 1e-6 * max(abs(low), abs(high), 1e-9) else low + abs(low) + 1, log
    )
    found = ticks(axis, room, upright=upright)
    assert len(found.places) == len(found.texts) >= 1
    assert all(-1e-6 <= x <= 1 + 1e-6 for x in axis.along(found.places))
    span = (axis.high - axis.low) if not log or not found.places else max(found.places)
    for place, text in zip(found.places, found.texts, strict=True):
        assert abs(read(text) * shared(found) - place) <= 1e-6 * span
    along = [room * float(x) for x in axis.along(found.places)]
    for (a, x), (b, y) in pairwise(zip(found.texts, along, strict=True)):
        assert y - x >= (10.9 if upright else (width(a) + width(b)) / 2)


@given(low=st.integers(-50, 50), length=st.integers(1, 100))
def test_whole_numbers_alone_where_others_mean_nothing(low: int, length: int) -> None:
    found = ticks(Axis("neurons", low, low + length, whole=True), 200, upright=True)
    assert found.places and all(place == round(place) for place in found.places)


def test_known_axes() -> None:
    assert ticks(Axis("", -180, 180, ticks=(-180, -90, 0, 90, 180)), 240).texts == (
        *("\N{MINUS SIGN}180", "\N{MINUS SIGN}90"),
        *("0", "90", "180"),
    )
    large = ticks(Axis("", 0, 4e10), 200, upright=True)
    assert (large.texts[0], large.texts[-1], large.factor) == ("0.0", "4.0", "\N{MULTIPLICATION SIGN}10¹⁰")
    assert ticks(Axis("", 0.02, 3, log=True), 300).texts == ("0.02", "0.05", "0.1", "0.2", "0.5", "1", "2")
    assert ticks(Axis("", 8.5, 14, log=True), 240).texts == ("9", "10", "11", "12", "13", "14")
    assert len(ticks(Axis("", 8.5, 14, log=True), 60).texts) < 4


@given(values=st.lists(sizes, min_size=1, max_size=5), log=st.booleans())
def test_an_axis_around_values_holds_them_and_has_a_length(values: list[float], log: bool) -> None:
    shown = [abs(value) + 1e-12 for value in values] if log else values
    axis = around("a", shown, log=log)
    assert axis.low < axis.high
    assert all(0 <= x <= 1 for x in axis.along(shown))
