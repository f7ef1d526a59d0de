"""``formreader serve``: the place where people and the reader meet, over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from formreader.cli.messages import say
from formreader.cli.options import MOST_WORKERS, Key, MadeBy, Models, Policy, Store, Templates, cores
from formreader.errors import UsageError

if TYPE_CHECKING:
    from formreader.service import Settings

LOCAL = ("127.0.0.1", "::1", "localhost")


def serve(
    run: Annotated[Path, typer.Argument(help="Folder of the run; made where there is none.")],
    host: Annotated[str, typer.Option(help="Address to listen at; this machine alone without it.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen at.")] = 8000,
    base_url: Annotated[
        str | None, typer.Option(help="How people reach it, as https://recap.example; behind a proxy that speaks TLS.")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=0, max=MOST_WORKERS, help="Processes that read; one a core without it, 0 where they run elsewhere."
        ),
    ] = None,
    store: Store = None,
    templates: Templates = None,
    models: Models = None,
    policy: Policy = None,
    key: Key = None,
    masks: Annotated[
        Path | None, typer.Option(help="YAML: by form, regions in mm that not everybody need see (names, signatures).")
    ] = None,
    claim: Annotated[float, typer.Option(min=5, help="Seconds that a person has an item for themselves.")] = 120.0,
    upload_mb: Annotated[int, typer.Option(min=1, max=128, help="Largest photograph, MB.")] = 32,
    queue_limit: Annotated[int, typer.Option(min=1, help="Photographs that may wait before more are put off.")] = 5000,
    rate: Annotated[int, typer.Option(min=1, help="Changes a minute that one account may make.")] = 600,
    fetch_from: Annotated[
        list[str] | None, typer.Option(help="Machine that photographs may be fetched from; may be given again.")
    ] = None,
    hooks_inside: Annotated[
        bool, typer.Option("--hooks-inside", help="Let webhooks go to addresses of this network, and over http.")
    ] = False,
    reader: MadeBy = None,
) -> None:
    """Serve the API, the review, capture and audit pages over a run, and read what comes in.

    At the first start a link is printed by which one person makes the administrator's account.
    """
    settings = _settings(
        folder=run,
        store=store,
        templates=templates,
        key=key,
        base_url=(base_url or f"http://{host}:{port}").rstrip("/"),
        claim_s=claim,
        upload_bytes=upload_mb * 2**20,
        queue_limit=queue_limit,
        rate_per_minute=rate,
        fetch_hosts=tuple(fetch_from or ()),
        hooks_inside=hooks_inside,
        masks=masks,
    )
    from formreader.cli.work import options_of
    from formreader.service.work import Supervisor

    if host not in LOCAL and not settings.is_secure:
        say(
            "passwords and photographs cross the network as they are: put a proxy with TLS before it, --base-url https://…"
        )
    count = workers if workers is not None else min(cores(), MOST_WORKERS)
    options = options_of(store, templates, models, policy, key, reader)
    supervisor = Supervisor(run, ["--workers", str(count), *options]) if count else None
    _run(settings, host, port, supervisor)


def _settings(**given: object) -> Settings:
    try:
        from formreader.service import Settings
    except ImportError as error:
        raise UsageError(f"serve: needs more packages ({error}): pip install 'formreader[serve]'") from None
    return Settings(**given)  # type: ignore[arg-type]


def _run(settings: Settings, host: str, port: int, supervisor: object) -> None:
    import uvicorn

    from formreader.service import create_app
    from formreader.service.work import Supervisor

    app = create_app(settings)
    link = app.state.service.people.first_link()
    if link is not None:
        print(f"make the administrator's account, once, within a day: {settings.base_url}/join/{link}", flush=True)
    print(f"{settings.folder}: served at {settings.base_url}", flush=True)
    if isinstance(supervisor, Supervisor):
        supervisor.start()
    try:
        uvicorn.run(app, host=host, port=port, log_level="warning", server_header=False, date_header=True)
    finally:
        if isinstance(supervisor, Supervisor):
            supervisor.close()
