"""Whose history this is: a long-lived cookie that only the server reads, one for each browser."""

from __future__ import annotations

import re
import secrets
from http.cookies import CookieError, SimpleCookie

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "interviewer_owner"
_YEAR = 365 * 24 * 3600
_TOKEN = re.compile(r"[0-9a-f]{32}\Z")
_HEADERS = {
    # An interview's address is its key: it must not leave with a link, nor be framed by another site.
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
}


class OwnerCookie:
    """ASGI middleware: gives a browser its token with the first page, and every page its safety headers.

    Args:
        app: the application inside.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; add headers to the answer where it is a page."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        asked = dict(scope["headers"])
        known = _token(asked.get(b"cookie", b"").decode("latin-1"))
        # By what is asked for, not by what is answered: a page from the browser's cache (304) has no type.
        is_page = b"text/html" in asked.get(b"accept", b"")

        async def with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if is_page:
                    for name, value in _HEADERS.items():
                        headers.setdefault(name, value)
                    if not known:
                        headers.append("set-cookie", _cookie(secure=scope.get("scheme") == "https"))
            await send(message)

        await self.app(scope, receive, with_cookie)


def middleware() -> list[Middleware]:
    """What the server puts around the pages."""
    return [Middleware(OwnerCookie)]


def owner() -> tuple[str, bool]:
    """The candidate's token, and whether the browser keeps it.

    A browser that keeps no cookies gets a token that lasts as long as its tab.
    """
    token = str(st.context.cookies.get(COOKIE, ""))
    if _TOKEN.match(token):
        return token, True
    return str(st.session_state.setdefault("owner", secrets.token_hex(16))), False


def _cookie(*, secure: bool) -> str:
    parts = [f"{COOKIE}={secrets.token_hex(16)}", "Path=/", f"Max-Age={_YEAR}", "HttpOnly", "SameSite=Lax"]
    return "; ".join(parts + (["Secure"] if secure else []))


def _token(header: str) -> str:
    """The token in a request's Cookie header, or an empty string."""
    try:
        morsel = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel and _TOKEN.match(morsel.value) else ""
