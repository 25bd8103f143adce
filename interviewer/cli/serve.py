"""`interviewer serve`: the browser app."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import Annotated

import typer

from interviewer.errors import InputError, InterviewerError


def app_file() -> Path:
    """The Streamlit entry: beside the package in a checkout, inside it in a wheel."""
    package = Path(__file__).resolve().parent.parent
    for path in (package.parent / "app.py", package / "app.py"):
        if path.is_file() and (path.parent == package or (path.parent / "pyproject.toml").is_file()):
            return path
    raise InterviewerError("The browser app's file app.py is missing: install the project again.")


def _free(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise InputError(
                f"Port {port} on {host} cannot be used ({error.strerror}). "
                "Choose another: interviewer serve --port 8600, or make run PORT=8600."
            ) from error


def serve(
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 lets other computers in.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8501,
    browser: Annotated[bool, typer.Option(help="Open the browser.")] = True,
) -> None:
    """Open the browser app."""
    from interviewer.compose import silence_telemetry
    from interviewer.settings import load_settings

    load_settings()
    entry = app_file()
    _free(host, port)
    silence_telemetry()
    headless = not browser or not _has_display()
    options = {
        "server.address": host,
        "server.port": str(port),
        "server.headless": str(headless).lower(),
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
    }
    arguments = [sys.executable, "-m", "streamlit", "run", str(entry)]
    print(
        f"The mock interviewer is at http://{'localhost' if host == '127.0.0.1' else host}:{port}", flush=True
    )
    os.execv(sys.executable, arguments + [f"--{key}={value}" for key, value in options.items()])


def _has_display() -> bool:
    return sys.platform in ("win32", "darwin") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
