"""The cookie that tells candidates apart: given once, with the page, and safe from scripts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from interviewer.pages.identity import COOKIE, middleware

PAGE = {"accept": "text/html,*/*"}


async def _page(_request: Request) -> HTMLResponse:
    return HTMLResponse("<p>page</p>")


async def _unchanged(_request: Request) -> Response:
    return Response(status_code=304)


@pytest.fixture
def client() -> Iterator[TestClient]:
    routes = [Route("/", _page), Route("/again", _unchanged)]
    yield TestClient(Starlette(routes=routes, middleware=middleware()))


def test_the_first_page_brings_the_cookie_and_later_ones_keep_it(client: TestClient) -> None:
    first = client.get("/", headers=PAGE).headers
    assert "HttpOnly" in first["set-cookie"] and "SameSite=Lax" in first["set-cookie"]
    assert len(client.cookies[COOKIE]) == 32
    assert first["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in client.get("/", headers=PAGE).headers


def test_a_page_from_the_browsers_cache_brings_it_too(client: TestClient) -> None:
    assert COOKIE in client.get("/again", headers=PAGE).headers["set-cookie"]


def test_what_is_no_page_brings_none(client: TestClient) -> None:
    assert "set-cookie" not in client.get("/", headers={"accept": "*/*"}).headers


@pytest.mark.parametrize("value", ["short", "g" * 32, "../../etc/passwd", "0" * 31 + "%"])
def test_a_made_up_token_is_replaced(client: TestClient, value: str) -> None:
    headers = PAGE | {"cookie": f"{COOKIE}={value}"}
    assert COOKIE in client.get("/", headers=headers).headers["set-cookie"]


def test_over_https_the_cookie_is_secure(client: TestClient) -> None:
    secure = TestClient(client.app, base_url="https://testserver")
    assert "Secure" in secure.get("/", headers=PAGE).headers["set-cookie"]


def test_two_browsers_get_different_tokens(client: TestClient) -> None:
    one = client.get("/", headers=PAGE).headers["set-cookie"]
    other = TestClient(client.app).get("/", headers=PAGE).headers["set-cookie"]
    assert one != other
