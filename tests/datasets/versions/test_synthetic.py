from __future__ import annotations

import dataclasses

import pytest

from datasets.versions.synthetic import RecipeDiffersError, SyntheticRequest, check_part, describe_parts, parse_request
from datasets.versions.version import VersionError


def test_requests() -> None:
    assert parse_request("tags-1:5000", "training") == SyntheticRequest("tags-1", 5000, 0, "training")
    assert parse_request("tags-1:5000", "evaluation").seed == 1
    assert parse_request("my/new.toml:20:7", "training") == SyntheticRequest("my/new.toml", 20, 7, "training")
    for wrong in ("tags-1", "tags-1:", ":5", "tags-1:0", "tags-1:-5", "tags-1:many", "tags-1:5:x", "tags-1:٣"):
        with pytest.raises(VersionError, match="is written recipe:count"):
            parse_request(wrong, "training")


def test_the_same_crops_twice_are_refused() -> None:
    one = SyntheticRequest("v1.0", 5, 0, "training")
    with pytest.raises(VersionError, match="would be there twice"):
        describe_parts([one, dataclasses.replace(one, count=9)])
    with pytest.raises(VersionError, match="share the seed 0"):
        describe_parts([one, SyntheticRequest("v2.0", 5, 0, "evaluation")])
    assert describe_parts([]) == ()


def test_a_part_says_what_it_is_made_of_and_what_differs() -> None:
    pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")
    from data_gen.recipe import load_recipe

    (part,) = describe_parts([SyntheticRequest("v2.0", 5, 3, "training")])
    assert (part.digest, part.count, part.seed) == (load_recipe("v2.0").digest, 5, 3)
    assert {"recipe v1.0", "recipe v2.0", "fonts of v2.0", "numpy", "data_gen/crop.py"} <= set(part.ingredients)
    check_part(part)
    elsewhere = {**part.ingredients, "numpy": "1.0.0", "brush": "2"}
    other = dataclasses.replace(part, digest="0" * 64, ingredients=elsewhere)
    with pytest.raises(RecipeDiffersError) as caught:
        check_part(other)
    assert "brush: 2 in the version, nothing here; numpy: 1.0.0 in the version" in str(caught.value)
    assert "trdg" not in str(caught.value)
    with pytest.raises(VersionError, match="unknown recipe 'v9'"):
        describe_parts([SyntheticRequest("v9", 5, 3, "training")])
