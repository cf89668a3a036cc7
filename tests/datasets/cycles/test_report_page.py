from __future__ import annotations

import re

from datasets.cycles.report import refuse_damage
from datasets.cycles.report_page import write_html, write_markdown
from datasets.reason import Reason
from tests.datasets.cycles.test_report import CROP, report


def test_what_is_damaged_is_named_in_both_reports() -> None:
    crop = f"| {'3' * 12} | crops/33/3333.png | not a whole PNG | version, holdout |"
    event = "| (unknown) | events/a/1.json | the bytes do not match the name | holdout |"
    text, page = write_markdown(report()), write_html(report(), {})
    assert "## Left out as damaged: 2" in text
    assert crop in text.splitlines()
    assert event in text.splitlines()
    assert "<td>crops/33/3333.png</td><td>not a whole PNG</td><td>version, holdout</td>" in page
    assert "Nothing was deleted" in text
    assert "Nothing was deleted" in page
    refused = write_markdown(report().model_copy(update={"damaged": refuse_damage([CROP] * 250)}))
    assert "## Damaged: 250" in refused
    assert "| and 50 more | see report.json |" in refused
    assert "damaged" not in write_markdown(report().model_copy(update={"damaged": ()})).lower()


def test_markdown_tells_everything_that_decided() -> None:
    text = write_markdown(report(), ("differences.png",))
    assert "# Cycle v1.0-abc: accepted" in text
    assert "10 errors fixed and 0 new ones" in text
    assert "| collected holdout | 30 | 66.7 % | 100.0 % | 10 | 0 | +33.3 (" in text
    assert "| recipe tags-1 | 0 | AB0 | &lt;b>\\|X\\|&lt;/b> | AB0 |" in text
    assert "calibration error on collected holdout: champion 10.0 %, challenger 5.0 %" in text
    assert "![differences.png](differences.png)" in text
    assert "- one note" in text
    assert "| recipe tags-1 | 1 | AB1 | AB1 | (no text) |" in text
    assert "<script" not in text


def test_no_text_ends_its_line_or_its_cell() -> None:
    broken = report().model_copy(update={"notes": ("one\n# no title", "a | b")})
    text = write_markdown(broken)
    assert "- one # no title\n- a \\| b\n" in text


def test_both_pages_tell_the_same_in_the_same_order() -> None:
    text, page = write_markdown(report(), ("a.png",)), write_html(report(), {"a.png": b""})
    titles = re.findall("^## (.+)$", text, re.MULTILINE)
    assert titles == re.findall("<h2>(.+?)</h2>", page)
    assert titles == [
        "Notes",
        "Left out as damaged: 2",
        "Champion and challenger on the same crops",
        "Plots",
        "Errors fixed",
        "New errors",
    ]
    assert text.count("\n| ") - text.count("\n| ---") == page.count("<tr>")


def test_html_runs_nothing_that_a_label_says() -> None:
    page = write_html(report(), {"a.png": b"\x89PNG"})
    assert "<script" not in page
    assert "<b>" not in page
    assert "&lt;b&gt;|X|&lt;/b&gt;" in page
    assert "data:image/png;base64,iVBORw==" in page


def test_a_failed_cycle_has_a_report_too() -> None:
    reason = Reason(kind="failed", values={"stage": "train", "cause": Reason.words("no luck")})
    changes = {"outcome": "failed", "reason": reason, "comparisons": (), "examples": (), "challenger": None}
    failed = report().model_copy(update=changes)
    assert "Failed in stage train: no luck" in write_markdown(failed)
    assert 'class="failed"' in write_html(failed, {})
