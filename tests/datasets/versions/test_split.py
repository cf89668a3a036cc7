from __future__ import annotations

import dataclasses
import hashlib
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from datasets.versions.similarity import NEAR
from datasets.versions.split import Member, split
from ocr_model.domains.tags import TAGS

# Few codes and pictures, so that groups of every shape come about.
MEMBERS = st.lists(
    st.builds(
        Member,
        digest=st.integers(0, 10**6).map(lambda number: f"{number:064x}"),
        code=st.sampled_from(["", *(f"CODE{n}" for n in range(12))]),
        picture=st.integers(0, 12).map(lambda n: f"{((1 << 40) - 1) << (n * 20):064x}"[-64:]),
        settled=st.sampled_from([None, None, None, "training", "evaluation"]),
    ),
    max_size=40,
)


@settings(max_examples=150)
@given(MEMBERS, st.sampled_from([0.0, 0.2, 0.5, 1.0]))
def test_no_code_and_no_near_picture_is_on_both_sides(members: list[Member], share: float) -> None:
    sides = split(members, evaluation_share=share)
    for one, side in zip(members, sides, strict=True):
        for other, other_side in zip(members, sides, strict=True):
            near = (int(one.picture, 16) ^ int(other.picture, 16)).bit_count() <= NEAR
            if near or (one.code and one.code == other.code):
                assert side == other_side


@given(MEMBERS, st.randoms())
def test_the_order_does_not_matter(members: list[Member], random: Random) -> None:
    shuffled = list(members)
    random.shuffle(shuffled)
    before = dict(zip(members, split(members, evaluation_share=0.5), strict=True))
    assert dict(zip(shuffled, split(shuffled, evaluation_share=0.5), strict=True)) == before


def lone(number: int) -> Member:
    """A member that is like no other: random-looking hashes of 256 bits differ in about 128."""
    name = hashlib.sha256(str(number).encode()).hexdigest()
    return Member(name, f"CODE{number}", hashlib.sha256(name.encode()).hexdigest())


def test_the_share_is_kept_and_growth_moves_nobody() -> None:
    few = [lone(number) for number in range(500)]
    sides = split(few, evaluation_share=0.2)
    assert 65 < sides.count("evaluation") < 135
    more = [lone(number) for number in range(1200)]
    assert split(more, evaluation_share=0.2)[:500] == sides
    again = [
        dataclasses.replace(one, digest=lone(9000 + n).digest, picture=lone(9000 + n).picture)
        for n, one in enumerate(few)
    ]
    assert split([*few, *again], evaluation_share=0.2) == sides * 2


def test_merged_groups_do_not_favour_a_side() -> None:
    pairs = [dataclasses.replace(lone(n), picture=lone(n // 2 * 2).picture) for n in range(1000)]
    assert 130 < split(pairs, evaluation_share=0.2).count("evaluation") < 270


def test_what_was_trained_on_stays_training_and_what_was_held_back_stays_so() -> None:
    member = lone(1)
    for share in (0.0, 1.0):
        for settled in ("training", "evaluation"):
            past = dataclasses.replace(member, digest="f" * 64, settled=settled)
            assert split([member, past], evaluation_share=share) == [settled] * 2
    bridge = Member("b" * 64, lone(2).code, lone(1).picture)
    past = [dataclasses.replace(lone(1), settled="evaluation"), dataclasses.replace(lone(2), settled="training")]
    assert split([bridge, *past], evaluation_share=0.5) == ["training"] * 3


def test_a_code_is_the_same_however_it_is_spelled() -> None:
    assert TAGS.group("CW2288-111") == TAGS.group("CW2288111") == TAGS.group("STYLE:CW2288 111")
    assert TAGS.group("ARTCP9448") == TAGS.group("CP9448")
    assert TAGS.group("SN117504COLOR:BLK") == TAGS.group("SN117504COLOR:WHT")
    assert TAGS.group("315122-111") == TAGS.group("315122111")
    assert TAGS.group("") == "" == TAGS.group("--")
    assert TAGS.group("COLOR:BLK") == "COLORBLK"
    assert TAGS.groups("08382982 RED") & TAGS.groups("08382982RED")
    assert TAGS.groups("") == frozenset()
