from benchmarks.attack.decoding import DECODING, MEMORY_TARGET, HeicTiles, JpegScans


def test_every_picture_attack_has_the_memory_target() -> None:
    assert {attack.most_megabytes for attack in DECODING} == {MEMORY_TARGET}


def test_small_files_are_small() -> None:
    for attack, most in ((JpegScans, 140_000), (HeicTiles, 51_000)):
        assert all(len(picture) < most for picture in attack().pictures())
