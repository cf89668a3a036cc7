from pathlib import Path

from benchmarks.attack.labels import LABELS, WrongTokens, kept_bytes


def test_kept_bytes_are_those_of_all_files(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c").write_bytes(b"123")
    (tmp_path / "d").write_bytes(b"45")
    assert kept_bytes(tmp_path) == 5
    assert kept_bytes(tmp_path / "none") == 0


def test_names_are_different_and_the_right_token_is_the_backend_s() -> None:
    assert len({attack.name for attack in LABELS}) == len(LABELS)
    assert WrongTokens.settings == {"TAGS_TEAM_TOKEN": WrongTokens._TOKEN}
