"""Parts that die, are full, or do not answer."""

import pickle
from typing import Any

import pytest

ray_exceptions = pytest.importorskip("ray.exceptions", reason="Ray is not installed (requirements-ray.txt)")
import warnings

from backend.http.problems import Problem
from backend.http.work_queue import NoAnswerError, overloaded

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from ray.serve.exceptions import BackPressureError

    from deploy.ray.asking import Patience


class Answer:
    """A response that holds a value, or raises."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def result(self, timeout_s: float) -> Any:
        assert timeout_s > 0
        if isinstance(self.value, BaseException):
            raise self.value
        return self.value


def test_a_part_that_died_is_asked_again() -> None:
    answers = iter([Answer(ray_exceptions.RayActorError()), Answer(ray_exceptions.RayActorError()), Answer("read")])
    assert Patience(60.0).ask(lambda: next(answers)) == "read"


@pytest.mark.parametrize(
    "error", [BackPressureError(64, 64), TimeoutError(), ray_exceptions.RayActorError()], ids=lambda e: type(e).__name__
)
def test_a_part_without_an_answer_is_503_with_retry_after(error: Exception) -> None:
    counted: list[None] = []
    with pytest.raises(Problem) as refused:
        Patience(0.0, lambda: counted.append(None)).ask(lambda: Answer(error))
    assert len(counted) == 1
    assert isinstance(refused.value, NoAnswerError) == (not isinstance(error, BackPressureError))
    assert (refused.value.status_code, refused.value.kind) == (503, "overloaded")
    assert refused.value.headers is not None
    assert refused.value.headers["Retry-After"] == "2"


def test_other_errors_are_passed_on() -> None:
    with pytest.raises(KeyError):
        Patience(60.0).ask(lambda: Answer(KeyError("model")))


def test_where_another_part_can_answer_two_deaths_are_enough() -> None:
    counted: list[None] = []
    asked: list[None] = []

    def call() -> Answer:
        asked.append(None)
        return Answer(ray_exceptions.RayActorError())

    with pytest.raises(NoAnswerError):
        Patience(60.0, lambda: counted.append(None), is_last=False).ask(call)
    assert (len(asked), counted) == (2, [])


@pytest.mark.parametrize("kind", [Problem, NoAnswerError])
def test_a_refusal_travels_between_replicas(kind: type[Problem]) -> None:
    refused = overloaded("Too many wait.", kind)
    found = pickle.loads(pickle.dumps(refused))
    assert type(found) is kind
    assert (found.kind, found.headers, found.detail) == (refused.kind, refused.headers, refused.detail)
