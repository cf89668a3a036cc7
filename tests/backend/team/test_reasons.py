from __future__ import annotations

from backend.team.reasons import reason_body
from datasets.reason import Reason


def test_every_reason_in_a_reason_has_its_sentence() -> None:
    noise = Reason(kind="within_noise", values={"p": 0.27, "level": 0.05})
    moved = Reason(
        kind="moved",
        values={
            "before": Reason(kind="not_better", values={"fixed": 6, "broken": 5, "crops": 200, "why": noise}),
        },
    )
    body = reason_body(moved).model_dump()
    before = body["values"]["before"]
    assert (body["kind"], before["kind"], before["values"]["fixed"]) == ("moved", "not_better", 6)
    assert before["values"]["why"] == {
        "kind": "within_noise",
        "values": {"p": 0.27, "level": 0.05},
        "text": "within noise (p = 0.27, needed below 0.05)",
    }
    assert before["text"].startswith("Rejected: not shown to be better")
    assert body["text"].endswith(before["text"])


def test_words_and_values_keep_their_types() -> None:
    reason = Reason(kind="schedule", values={"every": 60.0, "last": None, "new": 3})
    assert reason_body(reason).model_dump(mode="json")["values"] == {"every": 60.0, "last": None, "new": 3}
    assert reason_body(Reason.words("새 브랜드")).text == "새 브랜드"
