"""Parts that die, are full, or do not answer."""

from typing import Any

import pytest

ray_exceptions = pytest.importorskip("ray.exceptions", reason="Ray is not installed (requirements-ray.txt)")
import warnings

from backend.http.problems import Problem

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from ray.serve.exceptions import BackPressureError

    from deploy.ray.asking import ask


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
    assert ask(lambda: next(answers), 60.0) == "read"


@pytest.mark.parametrize(
    "error", [BackPressureError(64, 64), TimeoutError(), ray_exceptions.RayActorError()], ids=lambda e: type(e).__name__
)
def test_a_part_without_an_answer_is_503_with_retry_after(error: Exception) -> None:
    with pytest.raises(Problem) as refused:
        ask(lambda: Answer(error), 0.0)
    assert (refused.value.status_code, refused.value.kind) == (503, "overloaded")
    assert refused.value.headers is not None
    assert refused.value.headers["Retry-After"] == "2"


def test_other_errors_are_passed_on() -> None:
    with pytest.raises(KeyError):
        ask(lambda: Answer(KeyError("model")), 60.0)
