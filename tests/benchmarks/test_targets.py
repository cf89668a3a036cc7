from pathlib import Path

import pytest

from benchmarks.confidence import RealConfidence, SyntheticConfidence
from benchmarks.race import ReaderResult
from benchmarks.targets import Target, share_in_words, target_rows, target_table
from data_gen.twins import TWINS
from ocr_model.export.confidence_figures import CalibrationError, reliability_bins
from ocr_model.export.proportion import Proportion
from tests.benchmarks.racing import result, speeds

REACHED = {
    "team_dev upright": (50, 51),
    **{f"team_dev {kind}": (45, 51) for kind in TWINS},
    "team_dev turned 90": (47, 51),
    "team_dev turned 180": (47, 51),
    "team_dev turned 270": (46, 51),
    "garment_dev upright": (43, 43),
}
PEER = {**REACHED, "team_dev upright": (48, 51), "team_dev blur": (46, 51), "team_dev small": (34, 51)}
SYNTHETIC = SyntheticConfidence(
    "tags-1",
    10_000,
    "single",
    CalibrationError(0.012, 0.01, 0.02),
    0.98,
    Proportion(8, 4000),
    CalibrationError(0.02, 0.01, 0.03),
    Proportion(9, 3000),
)


def confidence(low: float) -> RealConfidence:
    bins = reliability_bins([0.9], [True])
    return RealConfidence(
        CalibrationError(0.08, low, 0.12), bins, Proportion(1, 100), Proportion(0, 20), Proportion(1, 30), 357
    )


@pytest.fixture
def mine(tmp_path: Path) -> ReaderResult:
    weights = tmp_path / "encoder.onnx"
    weights.write_bytes(b"0" * 8_000_000)
    return result("mine", REACHED, (weights,))


def rows_of(
    mine: ReaderResult, *, synthetic: SyntheticConfidence | str = SYNTHETIC, low: float = 0.05
) -> dict[str, Target]:
    results = [mine, result("peer", PEER)]
    times = speeds(4.0, 10.0, per_second=(300, 200))
    rows = target_rows(results, times, synthetic, [confidence(low), confidence(0.2)], (mine, speeds(8.0)[0]))
    assert all(row.verdict for row in rows)
    return {row.what: row for row in rows}


def test_what_is_reached_is_compared_with_the_target(mine: ReaderResult) -> None:
    rows = rows_of(mine)
    assert rows["team_dev, upright"].verdict == "**missed by 1**"
    assert rows["team_dev, upright, alone"].verdict == "met"
    assert rows["team_dev, upright"].ours.startswith("50 of 51 (")
    assert rows["team_dev, upright"].peer.startswith("48 of 51 (")
    assert rows["team_dev, harder twins"].verdict == "**missed by 18**"
    assert rows["team_dev, harder twins, alone"].verdict == "**missed by 10**"
    assert rows["team_dev, turned by 90°"].verdict == "**missed by 3**"
    assert rows["team_dev, turned by 270°"].verdict == "**missed by 4**"
    assert rows["box_dev, upright"].verdict == "not measured: 0 crops, not 26"
    assert rows["garment_dev, upright"].verdict == "met"


def test_no_kind_of_twins_may_be_behind_the_peer(mine: ReaderResult) -> None:
    rows = rows_of(mine)
    assert rows["– small"].verdict == "met, 11 more (11 read only here, 0 only there)"
    assert rows["– blur"].verdict == "**missed by 1** (0 read only here, 1 only there)"
    behind = rows["kinds of twins behind the peer"]
    assert (behind.ours, behind.verdict) == ("blur", "**missed by 1** (11 read only here, 1 only there)")


def test_twins_of_one_crop_are_one_witness(mine: ReaderResult) -> None:
    """All six twins of a crop are right or wrong together here, so that 306 of them tell as much as 51."""
    alone = Proportion(45, 51).interval()
    shown = rows_of(mine)["team_dev, harder twins"].ours
    low, high = (float(end) / 100 for end in shown.partition("(")[2].removesuffix(" %)").split("–"))
    assert shown.startswith("270 of 306 (")
    assert alone[0] - 0.02 < low < alone[0] + 0.06
    assert alone[1] - 0.06 < high < alone[1] + 0.03


def test_times_and_sizes_are_compared(mine: ReaderResult) -> None:
    rows = rows_of(mine)
    assert rows["median time of a crop read alone"].verdict.startswith("met: 0.40 of it")
    assert rows["mean time of a crop read alone"].verdict == "met: 0.40 of it"
    assert rows["median time without the second reader"].verdict == "met: 0.80 of it; 0.80 to 0.80 by round"
    assert rows["throughput in batches of 32"].verdict == "**missed**: 1.50 x"
    assert rows["model files"].ours == "8.0 MB"
    assert rows["model files"].verdict == "met, 12.0 MB less"


def test_confidence_is_judged(mine: ReaderResult) -> None:
    rows = rows_of(mine)
    assert rows["calibration error, 10,000 synthetic crops never trained on"].verdict == "met, 0.018 less"
    assert rows["calibration error, 357 real crops and their twins"].verdict == "met, 0.010 less"
    assert rows["wrong among texts accepted without asking, synthetic"].verdict == "met: 1 in 500"
    counted = rows["the same, real crops and their twins"].ours
    assert counted.startswith("1 of 100 (0–5 %), 100 of 357 accepted; crops with a wrong one 1 of 30 (0–17 %);")
    assert rows_of(mine, low=0.07)["calibration error, 357 real crops and their twins"].verdict == "**missed by 0.010**"


def test_what_is_not_measured_is_never_met(mine: ReaderResult) -> None:
    unknown = rows_of(mine, synthetic="measured on another model")
    few = SyntheticConfidence("tags-1", 400, "single", SYNTHETIC.error, 0.98, SYNTHETIC.wrong, SYNTHETIC.error, None)
    for rows in (unknown, rows_of(mine, synthetic=few)):
        for what in (
            "calibration error, 10,000 synthetic crops never trained on",
            "wrong among texts accepted without asking, synthetic",
        ):
            assert rows[what].verdict.startswith("not measured")


def test_without_a_threshold_the_target_is_missed(mine: ReaderResult) -> None:
    none = SyntheticConfidence("tags-1", 10_000, "single", SYNTHETIC.error, None, None, SYNTHETIC.error, None)
    row = rows_of(mine, synthetic=none)["wrong among texts accepted without asking, synthetic"]
    assert row.verdict.startswith("**missed**")


def test_without_a_peer_nothing_is_compared(mine: ReaderResult) -> None:
    rows = {row.what: row for row in target_rows([mine], speeds(4.0), SYNTHETIC, [confidence(0.05)])}
    assert rows["– small"].verdict == "not measured"
    assert rows["median time of a crop read alone"].verdict.startswith("not measured")
    assert rows["team_dev, upright"].verdict == "**missed by 1**"
    assert "team_dev, upright, alone" not in rows


def test_other_crops_have_no_target(tmp_path: Path) -> None:
    other = result("mine", {"team_dev upright": (9, 10)})
    rows = {row.what: row for row in target_rows([other], speeds(4.0), SYNTHETIC, [confidence(0.05)])}
    assert rows["team_dev, upright"].verdict == "not measured: 10 crops, not 51"
    assert rows["team_dev, harder twins"].verdict == "not measured: 0 crops, not 306"


def test_shares_carry_their_interval() -> None:
    assert share_in_words(Proportion(46, 51)) == "46 of 51 (79–97 %)"
    assert share_in_words(Proportion(4, 1682)) == "4 of 1682 (0.06–0.61 %)"
    assert share_in_words(Proportion(0, 0)) == "none"


def test_the_table_is_markdown(mine: ReaderResult) -> None:
    table = target_table(list(rows_of(mine).values()), "peer").splitlines()
    assert table[0] == "| what | target | this reader | peer | verdict |"
    assert {line.count("|") for line in table} == {6}
