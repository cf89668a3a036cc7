from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

import pytest

from datasets.errors import StoreError
from datasets.samples.event import Event, EventName, needed_crops, read_event, sample_of
from tests.datasets.making import forge, label, pair

EVENT = Event(
    kind="label",
    writer="0123456789abcdef",
    sequence=7,
    stamp=1_777_900_000_000,
    stored_at=datetime(2026, 5, 4, 12, 30, 1, tzinfo=UTC),
    prediction_id="p1",
    sample="ab" * 32,
    label=label("p1", turn=3, source="demo"),
    width=600,
    height=150,
)
TOMBSTONE = {"kind": "deleted", "label": None, "sample": None, "width": 0, "height": 0}
WRITTEN_LABEL = (  # by the release of November 2026
    b'{"at":"2026-05-04T12:30:00+00:00","client":"c1","height":150,"kind":"label","model":{"name":"trba",'
    b'"version":"1"},"prediction_id":"p1","read_confidence":0.875,"read_text":"CW2288-111","sample":"'
    + b"ab"
    * 32
    + b'","schema":1,"sequence":7,"source":"demo","stamp":1777900000000,"status":"accepted",'
    b'"stored_at":"2026-05-04T12:30:01+00:00","text":"CW2288-111","turn":3,"width":600,"writer":"0123456789abcdef"}\n'
)
WRITTEN_TOMBSTONE = (
    b'{"kind":"deleted","prediction_id":"p1","sample":null,"schema":1,"sequence":7,"stamp":1777900000000,'
    b'"stored_at":"2026-05-04T12:30:01+00:00","writer":"0123456789abcdef"}\n'
)
WRITTEN_PAIR = (
    b'{"at":"2026-05-04T12:30:00+00:00","client":"c1","code":"CW2288-111","gtin":"4006381333931","kind":"pair",'
    b'"prediction_id":"p1","sample":null,"schema":1,"sequence":7,"source":"app","stamp":1777900000000,'
    b'"stored_at":"2026-05-04T12:30:01+00:00","writer":"0123456789abcdef"}\n'
)


def test_name_sorts_by_sequence_and_proves_the_bytes() -> None:
    assert EVENT.name.startswith("events/0123456789abcdef/0000000007-")
    later = EVENT.model_copy(update={"sequence": 10})
    assert later.name > EVENT.name
    assert read_event(EVENT.name, EVENT.to_bytes()) == EVENT
    with pytest.raises(StoreError, match="do not match"):
        read_event(EVENT.name, EVENT.to_bytes().replace(b"accepted", b"rejected"))


def test_events_keep_the_bytes_and_names_of_earlier_releases() -> None:
    assert EVENT.to_bytes() == WRITTEN_LABEL
    assert EVENT.name == "events/0123456789abcdef/0000000007-82f7085a98564cca4032463f62f31f19.json"
    stone = EVENT.model_copy(update=TOMBSTONE)
    assert stone.to_bytes() == WRITTEN_TOMBSTONE
    assert stone.name == "events/0123456789abcdef/0000000007-41066b2da588c93f203902b2ff9687e3.json"


@pytest.mark.parametrize(
    "key",
    ["schema", "writer", "stamp", "stored_at", "prediction_id", "sample", "text", "model", "at", "turn", "source"],
)
def test_an_event_that_lacks_a_field_is_refused_by_its_name(key: str) -> None:
    content = json.loads(EVENT.to_bytes())
    del content[key]
    data = json.dumps(content).encode()
    with pytest.raises(StoreError, match=key):
        read_event(_renamed(data), data)


@pytest.mark.parametrize("data", [b"[]\n", b"null\n", b'"x"\n', b"5\n", b"\xff\n", b"{}\n"])
def test_a_self_proving_object_that_holds_no_event_is_refused_by_its_name(data: bytes) -> None:
    with pytest.raises(StoreError, match="not a label event"):
        read_event(_renamed(data), data)


def test_a_pair_travels_and_its_bytes_stay() -> None:
    event = EVENT.model_copy(update=TOMBSTONE | {"kind": "pair", "pair": pair("p1")})
    assert event.to_bytes() == WRITTEN_PAIR
    assert read_event(event.name, event.to_bytes()) == event


def test_tombstone_travels() -> None:
    stone = EVENT.model_copy(update=TOMBSTONE)
    assert read_event(stone.name, stone.to_bytes()) == stone


def test_newer_schema_and_unknown_words_are_refused_not_guessed() -> None:
    for key, value, message in (("schema", 2, "schema 2"), ("status", "liked", "liked"), ("kind", "moved", "moved")):
        content = json.loads(EVENT.to_bytes()) | {key: value}
        data = json.dumps(content).encode()
        name = _renamed(data)
        with pytest.raises(StoreError, match=message):
            read_event(name, data)


def test_an_event_under_another_writers_name_is_refused() -> None:
    data = EVENT.to_bytes()
    name = EVENT.name.replace("0123456789abcdef", "f" * 16)
    with pytest.raises(StoreError, match="differ from the name"):
        read_event(name, data)


@pytest.mark.parametrize("name", ["events/x/1-2.json", "crops/ab/abc.png", "events/0123456789abcdef/7-ab.json"])
def test_other_names_are_not_events(name: str) -> None:
    assert EventName.parse(name) is None


def test_needed_crops() -> None:
    def event(stamp: int, kind: str, prediction: str | None, sample: str | None) -> Event:
        about = {"kind": kind, "stamp": stamp, "prediction_id": prediction, "sample": sample}
        return EVENT.model_copy(update=about | {"label": label(prediction or "") if kind == "label" else None})

    events = [
        event(1, "label", "undone", "a"),
        event(2, "deleted", "undone", None),
        event(3, "label", "again", "b"),
        event(4, "deleted", "again", None),
        event(5, "label", "again", "b"),
        event(6, "label", "superseded", "c"),
        event(7, "label", "superseded", "d"),
        event(8, "label", "one", "e"),
        event(9, "label", "other", "e"),
        event(10, "deleted", "one", None),
        event(11, "label", "removed", "f"),
        event(12, "deleted", None, "f"),
        event(13, "pair", "one", None),
        event(14, "pair", "other", None),
    ]
    assert needed_crops(events) == {"b", "c", "d", "e"}
    assert needed_crops(reversed(events)) == {"b", "c", "d", "e"}


def _renamed(data: bytes) -> str:
    return f"events/0123456789abcdef/0000000007-{hashlib.sha256(data).hexdigest()[:32]}.json"


def test_an_author_and_what_is_restored_travel_and_are_stored_only_where_they_say_something() -> None:
    said = EVENT.model_copy(update={"by": "김지인", "restores": 3})
    data = said.to_bytes()
    name = str(EventName(said.writer, said.sequence, hashlib.sha256(data).hexdigest()[:32]))
    assert read_event(name, data) == said
    assert sample_of(said, name).decided == 3
    assert b'"by"' not in EVENT.to_bytes()
    assert b'"restores"' not in EVENT.to_bytes()


@pytest.mark.parametrize(
    "fields", [{"by": "a\nb"}, {"by": "x" * 201}, {"restores": -1}, {"restores": 2**60}, {"by": 7}]
)
def test_a_wrong_author_or_what_cannot_be_restored_is_refused(fields: dict[str, object]) -> None:
    name, data = forge(fields)
    with pytest.raises(StoreError, match="not a label event"):
        read_event(name, data)


def test_nobody_stands_behind_a_tombstone() -> None:
    name, data = forge({"kind": "deleted", "sample": None, "by": "kim", "restores": 3})
    assert (read_event(name, data).by, read_event(name, data).restores) == ("", None)
