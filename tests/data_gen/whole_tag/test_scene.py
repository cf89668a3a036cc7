"""Scenes: one to six tags, whole lines within the photo, boxes of a stack alike."""

import random
from collections import Counter

import numpy as np
import pytest

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from data_gen.whole_tag.scene import Scene, compose
from data_gen.whole_tag.truth import turn_of
from tests.data_gen.whole_tag.drawn import book


@pytest.fixture(scope="module")
def scenes() -> list[Scene]:
    return [compose(book(), np.random.default_rng(seed), random.Random(seed), megapixels=0.6) for seed in range(60)]


def test_scenes_are_of_every_kind_and_hold_one_to_six_tags(scenes: list[Scene]) -> None:
    kinds = Counter(scene.kind for scene in scenes)
    assert set(kinds) == {"close", "lying", "several", "stack"}
    assert all(len(scene.tags) <= 6 for scene in scenes)
    assert max(len(scene.tags) for scene in scenes) >= 3
    assert sum(not scene.tags for scene in scenes) <= 2


def test_whole_lines_lie_within_the_photo_and_cut_ones_do_not(scenes: list[Scene]) -> None:
    cut = 0
    for scene in scenes:
        height, width = scene.photo.shape[:2]
        for tag in scene.tags:
            for line in tag.lines:
                corners = np.array(line.corners)
                assert (corners >= 0).all() and (corners <= (width, height)).all()
            for line in tag.cut_lines:
                corners = np.array(line.corners)
                assert (corners < 0).any() or (corners > (width, height)).any()
                cut += 1
    assert cut


def test_most_tags_show_their_code_whole(scenes: list[Scene]) -> None:
    tags = [tag for scene in scenes for tag in scene.tags]
    shown = sum(any(value.role == "code" for value in tag.values) for tag in tags)
    assert shown >= 0.9 * len(tags)


def test_tags_stand_at_all_four_turns(scenes: list[Scene]) -> None:
    turns = Counter(turn_of(tag.corners) for scene in scenes for tag in scene.tags)
    assert set(turns) == {0, 1, 2, 3} and turns[0] == max(turns.values())


def test_boxes_of_one_stack_are_mostly_of_one_brand(scenes: list[Scene]) -> None:
    stacks = [scene for scene in scenes if scene.kind == "stack" and len(scene.tags) > 1]
    assert stacks and all(tag.layout == "box label" for scene in stacks for tag in scene.tags)
    brands = [{value.text for tag in scene.tags for value in tag.values if value.role == "brand"} for scene in stacks]
    assert sum(len(names) <= 1 for names in brands) >= len(brands) / 2
