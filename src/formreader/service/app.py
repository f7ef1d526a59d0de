"""The application: routes behind one door, each of which says whom it is for."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from formreader.errors import UsageError
from formreader.service.access import ToLogIn, check_routes, known_by
from formreader.service.api import decisions, sheets, system
from formreader.service.api.models import ProblemBody
from formreader.service.headers import SecurityHeaders
from formreader.service.limits import BodyLimit
from formreader.service.metrics import Measured
from formreader.service.pages import auditing, capture, carpet, drafting, entry, people, refused, review
from formreader.service.pages.errors import problem_page, wants_page
from formreader.service.problems import Problem, problem_response
from formreader.service.settings import Settings
from formreader.service.state import Service
from formreader.store import StoreError

HERE = Path(__file__).parent
API = (sheets.router, decisions.router, system.router)
PAGES = tuple(part.router for part in (entry, people, review, refused, carpet, auditing, capture, drafting))
WORDS = {404: "not_found", 405: "method_not_allowed", 413: "too_many_bytes", 400: "bad_request"}
logger = logging.getLogger(__name__)


def create_app(settings: Settings) -> FastAPI:
    """The application over one run. Raises ``UsageError`` where the run cannot be opened."""
    from formreader import __version__

    service = Service(settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        service.hooks.start()
        service.intake.warm_up()
        yield
        service.close()

    app = FastAPI(
        title="formreader",
        version=__version__,
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        responses={"4XX": {"model": ProblemBody, "content": {"application/problem+json": {}}}},
    )
    app.state.service = service
    check_routes([*API, *PAGES])
    for router in API:
        app.include_router(router)
    for router in PAGES:
        app.include_router(router, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    _answer_errors(app)
    app.add_middleware(
        BodyLimit,
        upload_bytes=settings.upload_bytes,
        known_by=lambda headers: known_by(service.people, headers),
    )
    app.add_middleware(Measured, metrics=service.metrics)
    app.add_middleware(SecurityHeaders, secure=settings.is_secure)
    return app


def _answer_errors(app: FastAPI) -> None:
    """One place where what goes wrong becomes an answer."""

    @app.exception_handler(Problem)
    async def problem(request: Request, error: Problem) -> Response:
        return _said(request, error)

    @app.exception_handler(ToLogIn)
    async def to_log_in(_request: Request, _error: ToLogIn) -> Response:
        return RedirectResponse("/login", 303)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        detail = str(error.detail) if error.status_code != 404 else "there is nothing here"
        return _said(
            request, Problem(error.status_code, WORDS.get(error.status_code, "refused"), detail, error.headers)
        )

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:5])
        return _said(request, Problem(422, "invalid", told))

    @app.exception_handler(UsageError)
    async def usage(request: Request, error: UsageError) -> Response:
        return _said(request, Problem(422, "refused", str(error)))

    @app.exception_handler(StoreError)
    @app.exception_handler(SQLAlchemyError)
    async def store(request: Request, error: Exception) -> Response:
        logger.error("the store does not answer: %s", error)
        return _said(request, Problem.later(503, "store", "the store does not answer: come again", 5))


def _said(request: Request, problem: Problem) -> Response:
    return problem_page(request, problem) if wants_page(request) else problem_response(problem)
