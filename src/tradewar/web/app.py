"""The live page as one ASGI application: Shiny carries the messages, a `Visit` answers them.

Shiny keeps one connection per visitor and tells when it ends. Its reactive graph is not used: a flush of it waits for
the outputs of every session, and one visitor's solve would hold up the others.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any

from shiny import App, Inputs, Outputs, Session, reactive, ui
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from tradewar.io.scratch import arriving
from tradewar.web import show
from tradewar.web.guard import Application, Guard
from tradewar.web.visit import Shared, Visit
from tradewar.web.work import MAX_TARIFF_FILE, safe_name

STATIC = Path(__file__).parent / "static"
MESSAGE = "tradewar"
"""Name of the messages to the page."""
UPLOADS = {"world": "world.zip", "tariffs": "tariffs.csv"}
MAX_VISITS = 200


def application(host: str) -> Application:
    """The page, listening under a host name or address."""
    shared = Shared()
    visits: dict[str, Visit] = {}

    def server(inputs: Inputs, outputs: Outputs, session: Session) -> None:
        _visit(shared, visits, inputs, session)

    page = App(ui.page_html(show.page()), server)
    page.sanitize_errors = True

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        yield
        for visit in tuple(visits.values()):
            visit.close()
        shared.close()

    async def upload(request: Request) -> Response:
        visit = visits.get(request.path_params["token"])
        return PlainTextResponse("Not found", 404) if visit is None else await _upload(visit, request)

    routes = [
        Route("/upload/{token}/{what}", upload, methods=["POST"]),
        Mount("/static", StaticFiles(directory=STATIC)),
        Mount("/", page),
    ]
    html = "" if callable(page.ui) else page.ui["html"]
    return Guard(Starlette(routes=routes, lifespan=lifespan), host, html)


def _visit(shared: Shared, visits: dict[str, Visit], inputs: Inputs, session: Session) -> None:
    """The life of one visitor."""

    async def send(message: dict[str, object]) -> None:
        await session.send_custom_message(MESSAGE, message)

    visit = Visit(shared, send)
    visits[visit.token] = visit

    async def ended() -> None:
        visits.pop(visit.token, None)
        visit.close()

    session.on_ended(ended)
    visit.links = {name: session.dynamic_route(name, _download(visit, name)) for name in ("tariffs", "war", "brief")}

    @reactive.effect
    async def greet() -> None:  # pyright: ignore[reportUnusedFunction]
        full = len(visits) > MAX_VISITS
        await send({"notice": show.notice("Too many visitors. Try again later.")} if full else {"token": visit.token})

    @reactive.effect
    @reactive.event(inputs.event)
    def listen() -> None:  # pyright: ignore[reportUnusedFunction]
        if len(visits) <= MAX_VISITS:
            visit.hear(inputs.event())


def _download(visit: Visit, name: str) -> Callable[[Request], Response]:
    """What stands behind a link of one visitor."""

    def answer(_: Request) -> Response:
        if name == "brief" and visit.brief is not None:
            return FileResponse(visit.brief, filename=visit.brief.name, media_type="application/zip")
        text = {"tariffs": visit.tariffs, "war": visit.war_tariffs}.get(name, lambda: None)()
        if text is None:
            return PlainTextResponse("There is no such file yet.", 404)
        headers = {"content-disposition": f'attachment; filename="{name}.csv"', "cache-control": "no-store"}
        return Response(text, media_type="text/csv", headers=headers)

    return answer


async def _upload(visit: Visit, request: Request) -> Response:
    """Take a file, no larger than its kind may be, into the folder of the visit."""
    what = request.path_params["what"]
    if what not in UPLOADS or visit.busy:
        return JSONResponse({"error": "A run is not finished: wait for it, or cancel it."}, 409)
    path = visit.place(safe_name(request.query_params.get("name", ""), UPLOADS[what]))
    size = 0
    with arriving(path) as file:
        async for chunk in request.stream():
            size += len(chunk)
            if what == "tariffs" and size > MAX_TARIFF_FILE:
                return JSONResponse({"error": f"The file is larger than {MAX_TARIFF_FILE:,} bytes."}, 413)
            file.write(chunk)
    taken: Any = visit.offer({"kind": "upload", "what": what, "path": path})
    return JSONResponse({"error": "" if taken else "Too many events are waiting."}, 200 if taken else 429)
