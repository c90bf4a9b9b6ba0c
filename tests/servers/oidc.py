"""An OpenID Connect provider on this machine: discovery, authorize, token, keys and userinfo, with signed tokens.

It follows the standard where it protects somebody: a code works once, for the client and the address it was given for,
and the client shows its secret. What it says of the person is the test's to choose.
"""

from __future__ import annotations

import base64
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID, CLIENT_SECRET = "est", "hemligt-för-est"
PAGE = """<!doctype html><html lang="sv"><head><meta charset="utf-8"><title>Kommunen</title></head><body>
<h1>Kommunens inloggning</h1><form method="post" action="/answer"><input type="hidden" name="asked" value="{asked}">
<button name="how" value="yes">Jag är den jag är</button><button name="how" value="no">Avbryt</button></form>
</body></html>"""


class Provider:
    """What the provider says, and whether it works."""

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {}
        self.token_claims: dict[str, Any] = {}
        self.is_down = False
        self.has_userinfo = True
        self.refuses_secret = False
        self.codes: dict[str, dict[str, str]] = {}
        self.tokens: set[str] = set()
        self.asked: list[str] = []
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.url = ""

    def discovery(self) -> dict[str, Any]:
        names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        if self.has_userinfo:
            names["userinfo_endpoint"] = "userinfo"
        return {
            "issuer": self.url,
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            **{name: f"{self.url}/{path}" for name, path in names.items()},
        }

    def keys(self) -> dict[str, Any]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**public, "kid": "1", "use": "sig", "alg": "RS256"}]}

    def id_token(self) -> str:
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 300, **self.claims, **self.token_claims}
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": "1"})

    def code_for(self, asked: dict[str, str]) -> str:
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return code

    def exchange(self, form: dict[str, str]) -> dict[str, Any] | None:
        asked = self.codes.pop(form.get("code", ""), None)
        is_client = (form.get("client_id"), form.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)
        if asked is None or not is_client or self.refuses_secret or asked["redirect_uri"] != form.get("redirect_uri"):
            return None
        token = secrets.token_urlsafe(16)
        self.tokens.add(token)
        return {"access_token": token, "token_type": "Bearer", "expires_in": 300, "id_token": self.id_token()}


@contextmanager
def running_provider() -> Iterator[Provider]:
    """A provider that answers until the block ends."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, query = self._read(self.path)
            shown = self.headers.get("Authorization", "").removeprefix("Bearer ")
            if path == "/favicon.ico":
                self._send(204, "image/x-icon", b"")
            elif provider.is_down:
                self._send(503, "text/plain", b"down")
            elif path == "/.well-known/openid-configuration":
                self._json(provider.discovery())
            elif path == "/keys":
                self._json(provider.keys())
            elif path == "/authorize" and query.get("client_id") == CLIENT_ID and query.get("response_type") == "code":
                asked = base64.urlsafe_b64encode(json.dumps(query).encode()).decode()
                self._send(200, "text/html", PAGE.format(asked=asked).encode())
            elif path == "/userinfo" and shown in provider.tokens:
                self._json(provider.claims)
            else:
                self._send(404, "text/plain", b"")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[-1] for name, values in parse_qs(body).items()}
            path, _ = self._read(self.path)
            if provider.is_down:
                self._send(503, "text/plain", b"down")
            elif path == "/answer":
                asked = json.loads(base64.urlsafe_b64decode(form["asked"]))
                said = {"code": provider.code_for(asked)} if form["how"] == "yes" else {"error": "access_denied"}
                where = f"{asked['redirect_uri']}?{urlencode({**said, 'state': asked['state']})}"
                self._send(302, "text/plain", b"", Location=where)
            elif path == "/token":
                answer = provider.exchange(form)
                self._json(answer or {"error": "invalid_grant"}, 200 if answer else 400)
            else:
                self._send(404, "text/plain", b"")

        def _read(self, address: str) -> tuple[str, dict[str, str]]:
            parts = urlsplit(address)
            provider.asked.append(parts.path)
            return parts.path, {name: values[-1] for name, values in parse_qs(parts.query).items()}

        def _json(self, data: dict[str, Any], status: int = 200) -> None:
            self._send(status, "application/json", json.dumps(data).encode())

        def _send(self, status: int, kind: str, body: bytes, **headers: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def settings_for(provider: Provider, *, trusted: list[str] | None = None) -> dict[str, Any]:
    """`SOCIALACCOUNT_PROVIDERS` as `est_platform/settings.py` makes it from the environment."""
    app = {
        "provider_id": "municipality",
        "name": "Kommunens inloggning",
        "client_id": CLIENT_ID,
        "secret": CLIENT_SECRET,
        "settings": {"server_url": provider.url, "verified_email": trusted or []},
    }
    return {"openid_connect": {"APPS": [app]}}
