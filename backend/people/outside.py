"""Signing in at an outside OpenID Connect provider: the embedded one sends people there and believes what it signs.

The pages keep one provider, the embedded one, so sessions end everywhere alike. People are matched by the address that
the outside provider has verified.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from backend.people.person import plain_address
from backend.people.provider import PREFIX

if TYPE_CHECKING:
    from backend.people.accounts import Accounts

COOKIE: Final = "account_outside"
COOKIE_SECONDS: Final = 600
_SECONDS: Final = 10.0  # for each answer of the provider
_SCOPE: Final = "openid email profile"
# What providers sign with; never "none", and never a secret that both sides know.
_ALGORITHMS: Final = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
_LEEWAY: Final = 60


class OutsideError(Exception):
    """The outside provider gave no answer that can be believed."""


@dataclass(frozen=True)
class Vouched:
    """Who has signed in at the outside provider, and what the pages had asked for."""

    email: str  # in lower case; "" where the provider vouches for none
    name: str
    query: str


class Outside:
    """Talks to the outside provider; every method may wait for it.

    Args:
        accounts: Whose settings name the provider.
    """

    def __init__(self, accounts: Accounts) -> None:
        self._accounts, self._settings = accounts, accounts.settings

    def begin(self, query: str) -> tuple[str, str]:
        """Return the address at the provider where the person signs in, and the value of the cookie that goes along.

        Args:
            query: What the pages asked for, to go on with afterwards.

        Raises:
            OutsideError: The provider gave no usable answer.
        """
        nonce, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
        with self._client() as client:
            url, state = client.create_authorization_url(
                self._metadata()["authorization_endpoint"], nonce=nonce, code_verifier=verifier
            )
        kept = {"state": state, "nonce": nonce, "verifier": verifier, "query": query, "at": time.time()}
        payload = base64.urlsafe_b64encode(json.dumps(kept).encode()).decode()
        return url, f"{payload}.{self._accounts.sign('outside', payload)}"

    def finish(self, state: str, code: str, cookie: str) -> Vouched:
        """Fetch what the provider says about the person who comes back.

        Args:
            state: As the person brings it.
            code: As the person brings it.
            cookie: From `begin`, as the browser kept it.

        Raises:
            OutsideError: It did not begin here, or the provider's answer cannot be believed.
        """
        kept = self._kept(cookie)
        if not code or not hmac.compare_digest(state.encode(), str(kept["state"]).encode()):
            raise OutsideError("the sign-in did not begin in this browser")
        metadata = self._metadata()
        try:
            with self._client() as client:
                token = client.fetch_token(
                    metadata["token_endpoint"], code=code, code_verifier=kept["verifier"], timeout=_SECONDS
                )
            keys = KeySet.import_key_set(cast(KeySetSerialization, _fetch(metadata["jwks_uri"])))
            claims = jwt.decode(token["id_token"], keys, algorithms=_ALGORITHMS).claims
            jwt.JWTClaimsRegistry(
                leeway=_LEEWAY,
                iss={"essential": True, "value": metadata["issuer"]},
                aud={"essential": True, "value": self._settings.oidc_client_id or ""},
                exp={"essential": True},
                nonce={"essential": True, "value": kept["nonce"]},
            ).validate(claims)
        except (AuthlibBaseError, requests.RequestException, JoseError, KeyError, ValueError, TypeError) as error:
            raise OutsideError(f"{type(error).__name__}: {error}") from error
        name = "".join(sign for sign in str(claims.get("name") or "") if sign.isprintable() or sign.isspace())
        name = " ".join(name.split())[:200]
        return Vouched(_verified_address(claims), name, str(kept["query"]))

    def _kept(self, cookie: str) -> dict[str, Any]:
        payload, _, code = cookie.rpartition(".")
        if not payload or not hmac.compare_digest(code.encode(), self._accounts.sign("outside", payload).encode()):
            raise OutsideError("the sign-in did not begin in this browser")
        kept: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload))
        if time.time() - kept["at"] > COOKIE_SECONDS:
            raise OutsideError("the sign-in has taken too long")
        return kept

    def _client(self) -> OAuth2Session:
        settings = self._settings
        return OAuth2Session(
            settings.oidc_client_id,
            settings.oidc_client_secret.get_secret_value() if settings.oidc_client_secret else "",
            scope=_SCOPE,
            redirect_uri=f"{self._accounts.public_url}{PREFIX}/outside",
            code_challenge_method="S256",
        )

    def _metadata(self) -> dict[str, Any]:
        found = _fetch(f"{self._settings.oidc_issuer}/.well-known/openid-configuration")
        if found.get("issuer", "").rstrip("/") != self._settings.oidc_issuer:
            raise OutsideError("the provider's description names another issuer")
        missing = {"authorization_endpoint", "token_endpoint", "jwks_uri"} - found.keys()
        if missing:
            raise OutsideError(f"the provider's description lacks {', '.join(sorted(missing))}")
        return found


def _verified_address(claims: Mapping[str, Any]) -> str:
    email = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(email, str):
        return ""
    try:
        return plain_address(email)
    except ValueError:
        return ""


def _fetch(url: str) -> dict[str, Any]:
    try:
        answer = requests.get(url, timeout=_SECONDS)
        answer.raise_for_status()
        found = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise OutsideError(f"{type(error).__name__}: {error}") from error
    if not isinstance(found, dict):
        raise OutsideError("the provider's answer is no object")
    return found
