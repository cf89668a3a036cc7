"""The settings of the service on the network: where it listens, whom it believes, and what each client may send."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode

from datasets.samples.crop import MOST_BYTES

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_MEBIBYTE = 1 << 20
_LEAST_KEPT_BYTES = 2 * MOST_BYTES
_HOST_NAME = re.compile(r"[a-z0-9_]([a-z0-9._-]{0,250}[a-z0-9_])?\Z")
# Bits before the IPv4 address in an IPv4-mapped IPv6 one (RFC 4291).
_MAPPED_PREFIX = 96


class NetworkSettings(BaseSettings):
    """How clients reach the service; the part of `Settings` that `backend/http` reads."""

    host: str = Field(
        default="127.0.0.1", description="Address to listen on; anything but loopback opens the service to the network."
    )
    port: int = Field(default=8000, ge=0, le=65535, description="TCP port to listen on; 0 lets the system choose one.")
    tls_certificate: Path | None = Field(
        default=None, description="Certificate chain (PEM). With it and its key the service speaks HTTPS."
    )
    tls_key: Path | None = Field(default=None, description="Private key of the certificate (PEM).")
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = Field(
        default=(),
        description="Addresses and networks, comma separated (10.0.0.0/8, ::1), of proxies whose X-Forwarded-For is "
        "believed.",
    )

    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Names, comma separated, by which clients may call this service beside any address, localhost and "
        "TAGS_HOST; needed behind a proxy or a container network that passes such a name on.",
    )
    connections: int = Field(
        default=1000,
        ge=1,
        le=30_000,
        description="Most connections at the same moment; fewer where the system allows this process few open files.",
    )
    connections_per_client: int = Field(
        default=100,
        ge=1,
        le=30_000,
        description="Most connections of one client address; those of loopback and of trusted proxies carry many "
        "clients, and only count in all.",
    )

    rate_per_minute: float = Field(
        default=120.0,
        ge=0,
        le=1_000_000,
        description="Requests to /v1 per client address and minute; 0 switches the limit off.",
    )
    rate_burst: int = Field(
        default=60, ge=1, le=1_000_000, description="Requests that a client may send at once before the rate counts."
    )

    kept_bytes_per_hour: int = Field(
        default=64 * _MEBIBYTE,
        ge=0,
        le=1 << 40,
        description="Bytes of crops that a client address may have kept per hour, 16777216 or more; 0 switches the "
        "limit off.",
    )

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _split_networks(cls, value: Any) -> Any:
        """Accept a comma separated list; refuse networks that would trust every client."""
        parts = value.split(",") if isinstance(value, str) else value
        networks = []
        for part in (str(part).strip() for part in parts):
            if not part:
                continue
            try:
                network = ipaddress.ip_network(part, strict=False)
            except ValueError as error:
                raise ValueError(f"{part!r} is not an address or a network") from error
            if network.prefixlen == 0:
                raise ValueError(f"{part} would trust every client; name the proxy's own network")
            networks.append(network)
        return tuple(networks)

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _split_hosts(cls, value: Any) -> Any:
        """Accept a comma separated list of names without ports."""
        parts = value.split(",") if isinstance(value, str) else value
        names = [str(part).strip().lower().removesuffix(".") for part in parts]
        for name in names:
            if name and not _HOST_NAME.match(name):
                raise ValueError(f"{name!r} is not a host's name; leave scheme and port out")
        return tuple(name for name in names if name)

    @field_validator("kept_bytes_per_hour")
    @classmethod
    def _check_kept_bytes(cls, value: int) -> int:
        if 0 < value < _LEAST_KEPT_BYTES:
            raise ValueError(f"must be 0 or at least {_LEAST_KEPT_BYTES}, the room of two large crops")
        return value

    @model_validator(mode="after")
    def _check_certificate(self) -> Self:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("TAGS_TLS_CERTIFICATE and TAGS_TLS_KEY go together: set both or neither")
        for name, path in (("TAGS_TLS_CERTIFICATE", self.tls_certificate), ("TAGS_TLS_KEY", self.tls_key)):
            if path is not None and not path.is_file():
                raise ValueError(f"{name}: no file at {path}")
        return self

    @property
    def trusted_hosts(self) -> list[str]:
        """The trusted proxies as uvicorn takes them, with the IPv6 form that IPv4 peers have on an IPv6 socket."""
        mapped = [
            f"::ffff:{network.network_address}/{_MAPPED_PREFIX + network.prefixlen}"
            for network in self.trusted_proxies
            if network.version == 4
        ]
        return [str(network) for network in self.trusted_proxies] + mapped

    def is_proxy(self, address: str) -> bool:
        """Whether connections from an address carry the requests of many clients."""
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        parsed = getattr(parsed, "ipv4_mapped", None) or parsed
        return parsed.is_loopback or any(parsed in network for network in self.trusted_proxies)
