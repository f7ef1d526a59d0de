"""A client that a program has generated from /openapi.json, against a server that runs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from service_drawn import photograph, read_in, reading

generator = pytest.importorskip("openapi_python_client")


def test_a_generated_client_works(served, tmp_path):
    token = served.person("ana", "capture", "review").headers["Authorization"].split()[1]
    api = tmp_path / "openapi.json"
    with served.client(Authorization=f"Bearer {token}") as client:
        api.write_text(json.dumps(client.get("/openapi.json").json()))
    config = tmp_path / "config.yaml"
    config.write_text("project_name_override: recap\npackage_name_override: recap\npost_hooks: []\n")
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--path", api, "--config", config]
    made = subprocess.run(
        [*command, "--meta", "none", "--output-path", tmp_path / "recap"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    read_in(served.service.store, served.folder, {2: lambda source: reading(source, 117, "review")})
    (tmp_path / "sheet.jpg").write_bytes(photograph(1))
    script = tmp_path / "use.py"
    script.write_text(
        f"""
from recap import AuthenticatedClient
from recap.api.review import decide_v1_decisions_post as decide, get_queue_v1_queue_get as queue
from recap.api.sheets import list_sheets_v1_sheets_get as sheets, submit_v1_sheets_post as submit
from recap.models import BodySubmitV1SheetsPost, DecisionIn
from recap.types import File

client = AuthenticatedClient(base_url={served.url!r}, token={token!r})
with client as client, open("sheet.jpg", "rb") as photo:
    sent = submit.sync(client=client, body=BodySubmitV1SheetsPost(photograph=File(photo, "sheet.jpg"), station="12"))
    [item] = queue.sync(client=client).items
    made = decide.sync(client=client, body=DecisionIn(key=item.key, value="118", seen=item.seen))
    [page] = sheets.sync(client=client).pages
    print(sent.state, item.field, made.broken, page.reading.fields.additional_properties["votes"].value)
"""
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.stdout.split() == ["waiting", "votes", "['votes", "=", "total:", "118", "is", "not", "117']", "117"], (
        done.stderr
    )


def test_the_schema_is_what_the_contract_says(served):
    """Every key that a reading has is described."""
    read_in(served.service.store, served.folder, {2: lambda source: reading(source, 117, "review")})
    client = served.person("eve", "review")
    schema = client.get("/v1/schema/sheet").json()
    [page] = client.get("/v1/sheets").json()["pages"]
    assert set(page["reading"]) == set(schema["properties"])
    named = schema["$defs"]["FieldReading"]["properties"]
    assert set(page["reading"]["fields"]["votes"]) == set(named)
    assert Path(page["reading"]["source"]["path"]).name == "0002.jpg"
