"""The server of the live page."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

from tradewar.errors import InputError

if TYPE_CHECKING:
    from uvicorn import Server

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000
_MESSAGE_BYTES = 2**18
"""Largest message of a page; a state with all its settings is far smaller."""
_CONNECTIONS = 400


def server(host: str = DEFAULT_HOST, port: int = DEFAULT_PORT) -> Server:
    """A server that is not running yet.

    Raises:
        InputError: if the extra `web` is missing.
    """
    if importlib.util.find_spec("shiny") is None:
        raise InputError.at("tradewar serve", "needs Shiny", 'Install it: pip install "tradewar[web]"')
    from uvicorn import Config, Server

    from tradewar.web.app import application

    return Server(
        Config(
            application(host),
            host=host,
            port=port,
            log_level="warning",
            ws_max_size=_MESSAGE_BYTES,
            limit_concurrency=_CONNECTIONS,
            timeout_graceful_shutdown=2,
        )
    )


def check_free(host: str, port: int) -> None:
    """Refuse an address that cannot be listened on, before anything is started.

    Raises:
        InputError: naming the address, with the reason.
    """
    import socket

    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        what = f"cannot be listened on ({reason})"
        raise InputError.at(f"{host}:{port}", what, "Choose another --port or --host") from None
