"""A client takes so many places at once, and gives them back however its requests end."""

import contextlib

import pytest

from backend.http.client_places import ClientPlaces
from backend.http.problems import Problem


def test_a_client_that_has_taken_its_places_is_refused_and_others_are_not() -> None:
    refused: list[bool] = []
    places = ClientPlaces(2, lambda: refused.append(True))
    with places.place("a"), places.place("a"):
        with places.place("b"), pytest.raises(Problem) as problem, places.place("a"):
            pass
        assert (problem.value.status_code, problem.value.kind) == (429, "too-many-at-once")
        assert problem.value.headers == {"Retry-After": "2"}
    with places.place("a"), places.place("a"):
        assert refused == [True]


def test_a_place_is_given_back_by_a_request_that_fails() -> None:
    places = ClientPlaces(1)
    for _ in range(3):
        with contextlib.suppress(KeyError), places.place("a"):
            raise KeyError
    with places.place("a"):
        pass
