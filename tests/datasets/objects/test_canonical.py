from __future__ import annotations

import pytest

from datasets.objects.canonical import canonical_json


def test_the_order_of_keys_does_not_matter_and_letters_stay_letters() -> None:
    assert canonical_json({"b": [1, 1.0, None], "a": "품번"}) == '{"a":"품번","b":[1,1.0,null]}'.encode()


def test_what_json_cannot_hold_is_refused() -> None:
    with pytest.raises(ValueError):
        canonical_json(float("nan"))
