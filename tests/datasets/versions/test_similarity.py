from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageEnhance

from datasets.versions import similarity
from datasets.versions.similarity import NEAR, near_pairs, picture_hash
from tests.datasets.patterns import pattern, twin


def bits_between(left: str, right: str) -> int:
    return (int(left, 16) ^ int(right, 16)).bit_count()


def test_twins_are_near_and_others_far() -> None:
    for number in range(20):
        image = pattern(number)
        jpeg = io.BytesIO()
        image.save(jpeg, "JPEG", quality=40)
        twins = [
            twin(number),
            image.resize((100, 25)),
            Image.open(jpeg),
            ImageEnhance.Brightness(image).enhance(0.7),
            image.crop((2, 1, 160, 40)),
        ]
        assert all(bits_between(picture_hash(image), picture_hash(other)) <= NEAR for other in twins)
        assert all(
            bits_between(picture_hash(image), picture_hash(pattern(other))) > NEAR
            for other in range(20)
            if other != number
        )


def test_a_picture_without_structure_is_all_zeros_however_bright() -> None:
    assert {picture_hash(Image.new("RGB", (5, 3), (g, g, g))) for g in (0, 17, 128, 255)} == {"0" * 64}


def test_the_smallest_picture_has_a_hash() -> None:
    assert len(picture_hash(Image.new("L", (1, 1), 9))) == 64


@given(
    st.lists(st.integers(0, 2**10 - 1).map(lambda low: f"{low:064x}"), max_size=25),
    st.integers(0, 4),
    st.sampled_from([1, 3, 2048]),
)
def test_near_pairs_connect_what_a_plain_comparison_finds(hashes: list[str], most: int, block: int) -> None:
    before, similarity._BLOCK = similarity._BLOCK, block
    try:
        pairs = set(near_pairs(hashes, most))
    finally:
        similarity._BLOCK = before
    assert all(bits_between(hashes[a], hashes[b]) <= most for a, b in pairs)
    firsts = {digest: hashes.index(digest) for digest in hashes}
    for a, left in enumerate(hashes):
        for b in range(a + 1, len(hashes)):
            if bits_between(left, hashes[b]) <= most:
                ends = {firsts[left], firsts[hashes[b]]}
                assert len(ends) == 1 or tuple(sorted(ends)) in pairs or tuple(sorted(ends, reverse=True)) in pairs
    for place, digest in enumerate(hashes):
        assert firsts[digest] == place or (firsts[digest], place) in pairs
