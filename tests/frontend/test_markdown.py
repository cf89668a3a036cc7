from __future__ import annotations

import re

from frontend.markdown import escaped


def test_signs_of_markdown_are_escaped() -> None:
    assert escaped("CW2288-111") == r"CW2288\-111"
    assert escaped("<b> *x* $1$ :red[x]") == r"\<b\> \*x\* \$1\$ \:red\[x\]"
    assert escaped("품번 С") == "품번 С"


def test_addresses_are_no_links() -> None:
    # As remark-gfm finds them, in text that is no longer escaped (mdast-util-gfm-autolink-literal).
    links = re.compile(r"(https?://|www(?=\.))([-.\w]+)", re.IGNORECASE)
    for text in ("http://evil.example/x", "HTTPS://evil.example", "see www.evil.example", "(www.evil.example)"):
        assert links.search(text)
        assert not links.search(escaped(text).replace("\\", ""))
    assert escaped("https") == "https"
