from benchmarks.model_table.plan import TablePlan
from benchmarks.model_table.results import markdown

ROW = {
    "name": "VGG",
    "recipe": "v1.0",
    "results": {"real": {"crops": 51, "exact": 0.5}},
    "published": None,
    "parameters": 3_980_000,
    "float16_mb": 8.0,
    "hours": 0.5,
    "crops_per_second": 30.0,
    "milliseconds": 4.2,
}


def test_the_original_s_figures_stand_only_where_there_are_some() -> None:
    plan = TablePlan(crops=64_000)
    ours = markdown([ROW], plan)
    assert "| VGG | v1.0 | 50.0 | 3.98 M | 8.0 | 30 min (30/s) | 4.2 |" in ours
    assert "64,000 crops" in ours and "the original's" not in ours
    both = markdown([ROW, ROW | {"published": 63.9}], plan)
    assert "| the original's |" in both and "| 50.0 | 63.9 |" in both and "| 50.0 |  |" in both
