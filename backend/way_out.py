"""What the environment says about the way to outside services, of prices and the bucket: proxies and certificates.

The variables are well-known and read by the HTTP libraries themselves, which fail late and in their own words.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_CERTIFICATES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_DIR")
_CERTIFICATE_FILE = "SSL_CERT_FILE"


def unusable_variables(environment: Mapping[str, str]) -> list[str]:
    """Return a sentence for each variable that keeps outside services from being reached; shows no password.

    Args:
        environment: `os.environ`.
    """
    sentences = []
    for name in _PROXIES:
        # Both spellings count, and an empty one is unset.
        for variable in (name, name.lower()):
            if value := environment.get(variable, "").strip():
                sentences += [f"{variable} {fault}" for fault in _faults_of_proxy(value)]
    for variable in _CERTIFICATES:
        value = environment.get(variable, "").strip()
        # A variable of folders may name several.
        if value and not any(Path(part).exists() for part in value.split(os.pathsep)):
            sentences.append(f"{variable} names {value}, which does not exist: unset it, or name the certificates")
        elif value and variable == _CERTIFICATE_FILE and not _has_certificate(value):
            sentences.append(
                f"{variable} names {value}, which holds no certificate: unset it, or name a file with some"
            )
    return sentences


def _has_certificate(file: str) -> bool:
    try:
        return bool(ssl.create_default_context(cafile=file).cert_store_stats()["x509"])
    except OSError:  # a folder, a file that cannot be read, or one without certificates
        return False


def _faults_of_proxy(value: str) -> list[str]:
    address = value if "://" in value else f"http://{value}"
    try:
        parts = urlsplit(address)
        has_address = bool(parts.hostname) and parts.port != 0 and not any(map(str.isspace, parts.netloc))
    except ValueError:  # a port that is none
        has_address = False
    scheme = address.partition("://")[0].lower()
    if scheme not in ("http", "https"):
        return [f"names a {scheme}:// proxy, which is not supported: unset it, or name an http:// proxy"]
    return [] if has_address else ["names no address of a proxy, such as http://proxy:3128"]
