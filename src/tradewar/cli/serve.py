"""`tradewar serve`: the live page."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from tradewar.cli.output import print_text


def serve(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
    host: Annotated[
        str, typer.Option(help="Address to listen on. Anything but loopback lets others in: there is no password.")
    ] = "127.0.0.1",
) -> None:
    """Serve the live page, on which anyone can move a tariff and watch the war, until it is interrupted."""
    from tradewar.web.guard import is_loopback
    from tradewar.web.serve import check_free, server

    check_free(host, port)
    made = server(host, port)
    print_text(f"The live page: http://{f'[{host}]' if ':' in host else host}:{port}/  (Ctrl+C ends it)")
    if not is_loopback(host):
        print_text("Others can reach it: it has no password, and every visitor can use this machine's processors.")
    sys.stdout.flush()  # whoever reads it waits for the address
    made.run()
