from benchmarks.attack.before import Before
from benchmarks.attack.results import AttackResult
from benchmarks.attack.shoppers import Answer
from benchmarks.attack.table import page, table


def result(**fields: object) -> AttackResult:
    made = AttackResult(
        "idle",
        "nothing at all",
        quiet=[[Answer(0.05, 200)]],
        attacked=[[Answer(0.06, 200)]],
        outcomes={"closed": 3, "408": 12},
        peak_megabytes=1234.4,
        log_bytes=5678,
    )
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def test_a_row_holds_all_figures() -> None:
    head, ruler, row = table([result()], {"idle": Before(7, float("inf"), 3000, "killed")}).splitlines()
    assert row == (
        "| idle | nothing at all | 1 | 0 | 50 | 60 | 1.2 | 408: 12, closed: 3 | 1,234 | 5,678 | 7, ∞, 3,000; killed |"
    )
    assert head.count("|") == ruler.count("|") == row.count("|")


def test_an_attack_without_earlier_figures() -> None:
    assert table([result(outcomes={})], {}).endswith("| - | 1,234 | 5,678 | - |")


def test_the_page_names_what_is_missed() -> None:
    good = page([result()], "a machine", "p.png")
    assert "No ordinary reading failed" in good
    assert "Measured on a machine." in good
    assert "(p.png)" in good
    bad = page([result(faults=["it fell over"])], "a machine", "p.png")
    assert "- idle: it fell over" in bad
    assert "No ordinary reading failed" not in bad
