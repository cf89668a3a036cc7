from __future__ import annotations

from frontend.markdown import escaped


def test_signs_of_markdown_are_escaped() -> None:
    assert escaped("CW2288-111") == r"CW2288\-111"
    assert escaped("<b> *x* $1$ :red[x]") == r"\<b\> \*x\* \$1\$ \:red\[x\]"
    assert escaped("품번 С") == "품번 С"
