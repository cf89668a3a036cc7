"""The demonstration's tags: repeatable, of an unknown format, and never the same in two streams."""

import numpy as np
import pytest

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from PIL import Image

from benchmarks.loop_demo.glyphs import PRINTABLE
from benchmarks.loop_demo.tags import TagStream, new_code
from datasets.versions.similarity import near_pairs, picture_hash
from ocr_model.codes.lines import match_formats
from ocr_model.codes.text import match_key
from ocr_model.domains.tags import TAGS

SHARES = {"new": 0.6, "tags": 0.3, "plain": 0.1}


def test_the_new_format_is_in_no_table_and_its_code_is_the_whole_line() -> None:
    for number in range(300):
        code = new_code("shoppers", number)
        assert match_formats(code) == ()
        assert TAGS.group(code) == match_key(code)
        assert set(code) <= PRINTABLE


def test_streams_share_no_code_and_repeat_none() -> None:
    codes = {name: {new_code(name, number) for number in range(400)} for name in ("fresh", "shoppers", "stall")}
    assert all(len(found) == 400 for found in codes.values())
    assert not codes["fresh"] & codes["shoppers"]
    assert not codes["fresh"] & codes["stall"]
    assert not codes["shoppers"] & codes["stall"]


def test_a_tag_is_the_same_in_any_order() -> None:
    one, other = TagStream("shoppers", SHARES), TagStream("shoppers", SHARES)
    for number in (7, 3, 0, 12):
        assert np.array_equal(one.tag(number).image, other.tag(number).image)
        assert one.tag(number).text == other.tag(number).text
    assert not np.array_equal(TagStream("fresh", SHARES).tag_of("plain", 3).image, one.tag_of("plain", 3).image)


def test_all_kinds_come_and_can_be_sent() -> None:
    stream = TagStream("shoppers", SHARES)
    tags = [stream.tag(number) for number in range(40)]
    assert {tag.kind for tag in tags} == set(SHARES)
    assert all(tag.png.startswith(b"\x89PNG") and tag.image.dtype == np.uint8 for tag in tags)


def test_no_two_pictures_of_the_new_kind_look_nearly_alike() -> None:
    stream = TagStream("shoppers", {"new": 1.0})
    hashes = [picture_hash(Image.fromarray(stream.tag(number).image)) for number in range(80)]
    assert not list(near_pairs(hashes))
