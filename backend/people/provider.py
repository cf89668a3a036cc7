"""The embedded OpenID Connect provider: Authlib's authorization server with one client, the pages.

Authorization code flow alone (RFC 6749, OpenID Connect Core), with PKCE by S256 wherever the client sends it (RFC
7636). The access token is a session's secret: the pages send it to the team's routes, and it ends with the session.
"""

from __future__ import annotations

import hmac
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from authlib.oauth2.rfc6749 import AuthorizationServer, ClientMixin, OAuth2Request
from authlib.oauth2.rfc6749.errors import InvalidRequestError, OAuth2Error
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet
from starlette.responses import Response

from backend.people.key_files import signing_key
from backend.people.person import Person
from backend.people.sessions import SESSION_SECONDS, Code, Session

if TYPE_CHECKING:
    from backend.people.accounts import Accounts

CLIENT_ID: Final = "pages"
PREFIX: Final = "/account"
_SCOPES: Final = ("openid", "email", "profile")
_ALGORITHM: Final = "ES256"
# Only its scheme is looked at: whether TLS ends here, or at a proxy, is not this server's to say.
_OWN_URI: Final = "https://provider.invalid/"
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Proven:
    """A person who has shown to be that person."""

    person: Person
    password: str | None  # hash of the password that was typed; None: the outside provider vouches


class _Client(ClientMixin):
    """The pages."""

    id_token_signed_response_alg = _ALGORITHM

    def __init__(self, redirect_uri: str, secret: str) -> None:
        self._redirect_uri, self._secret = redirect_uri, secret

    def get_client_id(self) -> str:
        return CLIENT_ID

    def get_default_redirect_uri(self) -> None:
        return None  # it must be sent, and be the right one

    def get_allowed_scope(self, scope: str | None) -> str:
        return " ".join(word for word in _SCOPES if word in (scope or "").split())

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self._redirect_uri

    def check_client_secret(self, client_secret: str) -> bool:
        return hmac.compare_digest(client_secret.encode(), self._secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in ("client_secret_basic", "client_secret_post")

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


class _Agreed:
    """A code that was taken, as Authlib asks about it."""

    def __init__(self, code: Code) -> None:
        self.session = code.session
        self.code_challenge, self.code_challenge_method = code.challenge, code.challenge_method
        self._code = code

    def get_redirect_uri(self) -> str:
        return self._code.redirect_uri

    def get_scope(self) -> str:
        return self._code.scope

    def get_nonce(self) -> str | None:
        return self._code.nonce

    def get_auth_time(self) -> None:
        return None  # now, but for the moment that the code took

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


class _CodeGrant(AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]  # noqa: RUF012 - Authlib's name

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        data = request.payload.data
        self.server.accounts.sessions.give_code(
            code,
            request.user.person.id,
            password=request.user.password,
            redirect_uri=request.payload.redirect_uri,
            scope=request.scope,
            nonce=data.get("nonce"),
            challenge=data.get("code_challenge"),
            challenge_method=data.get("code_challenge_method"),
        )

    def query_authorization_code(self, code: str, client: _Client) -> _Agreed | None:
        code_taken = self.server.accounts.sessions.take_code(code)
        agreed = None if code_taken is None else _Agreed(code_taken)
        self.request.authorization_code = agreed
        return agreed

    def delete_authorization_code(self, authorization_code: _Agreed) -> None:
        """It was taken when it was looked up: of two requests with one code, one gets a session."""

    def authenticate_user(self, authorization_code: _Agreed) -> Session:
        return authorization_code.session


class _Challenge(CodeChallenge):
    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]  # noqa: RUF012 - Authlib's name
    CODE_CHALLENGE_METHODS = {"S256": CodeChallenge.CODE_CHALLENGE_METHODS["S256"]}  # noqa: RUF012

    def validate_code_challenge(self, grant: _CodeGrant, redirect_uri: str) -> None:
        super().validate_code_challenge(grant, redirect_uri)
        data = grant.request.payload.data
        if data.get("code_challenge") and data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("Unsupported 'code_challenge_method'")  # without a method it would be plain


class _IdToken(OpenIDCode):
    def __init__(self, provider: Provider) -> None:
        super().__init__()
        self._provider = provider

    def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:
        return False  # the client checks it; a code is good for one use

    def resolve_client_private_key(self, client: _Client) -> ECKey:
        return self._provider.key

    def get_client_claims(self, client: _Client) -> dict[str, Any]:
        return {"iss": self._provider.issuer, "aud": [CLIENT_ID]}

    def get_encode_header(self, client: _Client) -> dict[str, Any]:
        return {"alg": _ALGORITHM, "kid": self._provider.key.kid}

    def generate_user_info(self, user: Session, scope: str) -> UserInfo:
        return UserInfo(**claims_of(user.person))

    def process_token(self, grant: _CodeGrant, response: Any) -> Any:
        # The session's public id goes into the id token alone, by which the pages sign out.
        token = response[1]
        self._sid = token.pop("sid")
        return super().process_token(grant, response)

    def get_compatible_claims(self, request: OAuth2Request) -> dict[str, Any]:
        claims: dict[str, Any] = super().get_compatible_claims(request)
        return claims | {"sid": self._sid}


class _Request(OAuth2Request):
    def __init__(self, method: str, pairs: Pairs, headers: Mapping[str, str]) -> None:
        super().__init__(method, _OWN_URI, headers=headers)
        self.payload = _Payload(pairs)

    @property
    def args(self) -> dict[str, str]:
        return dict(self.payload.data)

    @property
    def form(self) -> dict[str, str]:
        return dict(self.payload.data)


class _Payload(BasicOAuth2Payload):
    def __init__(self, pairs: Pairs) -> None:
        super().__init__(dict(pairs))
        lists: defaultdict[str, list[str]] = defaultdict(list)
        for name, value in pairs:
            lists[name].append(value)
        self._datalist = lists


class Provider(AuthorizationServer):
    """Answers the protocol's requests; what the person sees is drawn by the routes. Methods wait for the database.

    Args:
        accounts: The people, and the pages' address.

    Raises:
        StoreError: The keys cannot be read or written.
    """

    def __init__(self, accounts: Accounts) -> None:
        super().__init__(scopes_supported=list(_SCOPES))
        self.accounts = accounts
        self.key = signing_key(accounts.settings.data_dir)
        self.issuer = f"{accounts.public_url}{PREFIX}"
        self.redirect_uri = f"{accounts.public_url}/oauth2callback"
        self._client = _Client(self.redirect_uri, accounts.page_client_secret)
        self.register_token_generator("default", self._tell_session)
        # A new one for each request: it remembers the session's id between two calls of it.
        self.register_grant(_CodeGrant, [_Challenge(required=False), lambda grant: _IdToken(self)(grant)])

    # -- what Authlib asks for ----------------------------------------------------------------------------

    def query_client(self, client_id: str) -> _Client | None:
        """Return the client of this name; there is one."""
        return self._client if client_id == CLIENT_ID else None

    def save_token(self, token: Mapping[str, Any], request: OAuth2Request) -> None:
        """Nothing is left to be kept: the token is a session, which is kept since it began."""

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody listens."""

    def create_oauth2_request(self, request: OAuth2Request) -> OAuth2Request:
        """Return the request, which the routes have made."""
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> Response:
        """Return an answer, which no cache may keep."""
        content = json.dumps(body) if isinstance(body, dict) else body
        return Response(content, status, dict(headers) | {"Cache-Control": "no-store", "Pragma": "no-cache"})

    def _tell_session(self, *, user: Session, scope: str, **_: object) -> dict[str, Any]:
        return {
            "token_type": "Bearer",
            "access_token": user.secret,
            "expires_in": round(SESSION_SECONDS),
            "scope": scope,
            "sid": user.sid,
        }

    # -- what the routes ask for --------------------------------------------------------------------------

    def check(self, pairs: Pairs) -> None:
        """Check a request for authorization.

        Raises:
            OAuth2Error: It is not valid; with a redirect URI where the client may be told.
        """
        self._grant(pairs)

    def refuse(self, error: OAuth2Error) -> Response | None:
        """Return the client's answer to an error; None where it must not be sent there."""
        return self.handle_response(*error()) if error.redirect_uri == self.redirect_uri else None

    def grant(self, pairs: Pairs, proven: Proven) -> Response:
        """Return the answer that leads a person who has proven to be one back to the pages, with a code.

        Raises:
            OAuth2Error: As `check`.
            SignInError: The person may not sign in any more.
        """
        grant = self._grant(pairs)
        answer: Response = self.create_authorization_response(grant.request, grant_user=proven, grant=grant)
        return answer

    def token(self, pairs: Pairs, headers: Mapping[str, str]) -> Response:
        """Return the tokens for a code, or why there are none."""
        try:
            if any(len([1 for other, _ in pairs if other == name]) > 1 for name, _ in pairs):
                raise InvalidRequestError("A parameter is sent twice.")
            request = _Request("POST", pairs, headers)
            answer: Response = self.create_token_response(request)
            if answer.status_code != HTTPStatus.OK and request.authorization_code is not None:
                self.accounts.sessions.end(request.authorization_code.session.sid)  # nobody is told its secret
        except OAuth2Error as error:
            return self.handle_response(*error())
        except ValueError:  # bytes that are no text, in the client's name or secret
            return self.handle_response(*InvalidRequestError()())
        return answer

    def session_of(self, id_token: str) -> str | None:
        """Return the public id of the session that an id token belongs to, also of one that has expired."""
        try:
            token = jwt.decode(id_token, self.key, algorithms=[_ALGORITHM])
        except (JoseError, ValueError):
            return None
        claims = token.claims
        sid = claims.get("sid")
        return sid if claims.get("iss") == self.issuer and isinstance(sid, str) else None

    def keys(self) -> dict[str, Any]:
        """Return the public keys, as a JWK set."""
        return dict(KeySet([self.key]).as_dict(private=False))

    def description(self, own_url: str) -> dict[str, Any]:
        """Return the provider's metadata (OpenID Connect Discovery).

        Args:
            own_url: The address by which the asking server reaches this one, for what it asks itself.
        """
        inside = f"{own_url.rstrip('/')}{PREFIX}"
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{inside}/token",
            "userinfo_endpoint": f"{inside}/userinfo",
            "jwks_uri": f"{inside}/jwks",
            "end_session_endpoint": f"{self.issuer}/end",
            "scopes_supported": list(_SCOPES),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [_ALGORITHM],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "claims_supported": ["sub", "email", "email_verified", "name", "role", "sid"],
        }

    def _grant(self, pairs: Pairs) -> Any:
        try:
            grant = self.get_consent_grant(_Request("GET", pairs, {}))
        except ValueError as error:  # Authlib does not quote every character in its messages
            raise InvalidRequestError() from error
        if "openid" not in (grant.request.scope or "").split():
            raise InvalidRequestError("The scope 'openid' is missing.")
        return grant


def claims_of(person: Person) -> dict[str, Any]:
    """Return what the pages are told about a person."""
    return {
        "sub": person.id,
        "email": person.email,
        "email_verified": person.is_verified,
        "name": person.name or person.email,
        "role": person.role,
    }
