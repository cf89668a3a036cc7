"""Visits: in and the next out of the same vehicle."""

from backend.gate.visits import Seen, Visit, next_direction, visits_of


def test_a_vehicle_that_came_and_went_is_a_visit_and_one_that_only_came_is_inside() -> None:
    seen = [Seen("A", 1.0, "in"), Seen("B", 2.0, "in"), Seen("A", 5.0, "out")]
    visits = visits_of(reversed(seen))
    assert visits == [Visit("A", 1.0, 5.0), Visit("B", 2.0, None, is_inside=True)]
    assert [visit.is_paired for visit in visits] == [True, False]


def test_a_vehicle_is_inside_only_once_and_may_go_without_having_been_seen_to_come() -> None:
    visits = visits_of([Seen("A", 1.0, "in"), Seen("A", 2.0, "in"), Seen("B", 3.0, "out"), Seen("A", 4.0, "unknown")])
    assert [visit.is_inside for visit in visits] == [False, False, True]
    assert visits[1] == Visit("B", None, 3.0)


def test_at_a_gate_that_cannot_tell_a_vehicle_goes_the_other_way_than_before() -> None:
    assert [next_direction(before) for before in (None, "in", "out", "unknown")] == ["in", "out", "in", "in"]
