from __future__ import annotations

from pathlib import Path

import certifi
import pytest

from backend.way_out import unusable_variables


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"HTTPS_PROXY": "", "ALL_PROXY": " "},
        {"HTTPS_PROXY": "http://user:secret@proxy:3128", "http_proxy": "proxy:3128", "ALL_PROXY": "https://[::1]:8"},
        {"SSL_CERT_FILE": certifi.where(), "SSL_CERT_DIR": str(Path(__file__).parent)},
        {"NO_PROXY": "socks5://anything"},
    ],
)
def test_usable_variables_are_passed_over(environment: dict[str, str]) -> None:
    assert unusable_variables(environment) == []


@pytest.mark.parametrize("variable", ["ALL_PROXY", "all_proxy", "HTTPS_PROXY", "http_proxy"])
@pytest.mark.parametrize("scheme", ["socks", "socks4", "socks5", "socks5h", "ftp"])
def test_a_proxy_of_another_kind_is_named(variable: str, scheme: str) -> None:
    (sentence,) = unusable_variables({variable: f"{scheme}://user:secret@127.0.0.1:1080"})
    assert sentence == (
        f"{variable} names a {scheme}:// proxy, which is not supported: unset it, or name an http:// proxy"
    )


@pytest.mark.parametrize(
    "value", ["http://", "http://proxy:99999", "http://proxy:x", "http://proxy:0", "http://[::1", "http://a b:3128"]
)
def test_a_proxy_without_an_address_is_named(value: str) -> None:
    assert unusable_variables({"HTTPS_PROXY": value}) == [
        "HTTPS_PROXY names no address of a proxy, such as http://proxy:3128"
    ]


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_certificates_that_do_not_exist_are_named(variable: str) -> None:
    (sentence,) = unusable_variables({variable: "/nowhere/ca.pem"})
    assert sentence.startswith(f"{variable} names /nowhere/ca.pem, which does not exist")


def test_a_certificate_file_without_a_certificate_is_named(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.touch()
    for named in (tmp_path, empty, Path(__file__)):
        (sentence,) = unusable_variables({"SSL_CERT_FILE": str(named)})
        assert sentence.startswith(f"SSL_CERT_FILE names {named}, which holds no certificate")
