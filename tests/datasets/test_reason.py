from __future__ import annotations

from datasets.reason import Reason


def test_a_stored_sentence_stays_readable() -> None:
    assert Reason.model_validate("Rejected: it harms recipe v1.0.") == Reason.words("Rejected: it harms recipe v1.0.")


def test_a_reason_may_hold_another_one() -> None:
    outer = Reason(kind="moved", values={"before": Reason(kind="accepted", values={"p": 0.01})})
    assert Reason.model_validate_json(outer.model_dump_json()) == outer
