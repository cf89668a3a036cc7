"""Places are lent first come, first served."""

import threading
import time

from backend.http.fair_semaphore import FairSemaphore


def test_so_many_may_be_inside() -> None:
    places = FairSemaphore(2)
    entered = threading.Event()

    def enter() -> None:
        with places:
            entered.set()

    with places:
        with places:
            third = threading.Thread(target=enter)
            third.start()
            assert not entered.wait(0.05)
        assert entered.wait(60)
    third.join(60)


def test_who_comes_back_at_once_waits_behind_the_others() -> None:
    """The standard library's semaphore would let it pass."""
    places, order = FairSemaphore(1), []

    def enter(name: str) -> None:
        with places:
            order.append(name)

    waiting = []
    with places:
        for name in ("first", "second"):
            waiting.append(threading.Thread(target=enter, args=(name,)))
            waiting[-1].start()
            while len(places._waiting) < len(waiting):
                time.sleep(0.001)
    enter("back again")
    for thread in waiting:
        thread.join(60)
    assert order == ["first", "second", "back again"]


def test_a_failure_inside_gives_the_place_back() -> None:
    places = FairSemaphore(1)
    for _ in range(2):
        try:
            with places:
                raise ValueError
        except ValueError:
            pass
    with places:
        pass
