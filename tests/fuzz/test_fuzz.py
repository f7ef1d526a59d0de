"""A short run of the fuzzer: mutated files of every kind are each an answer, soon and within bounds."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).parent


def module(name: str) -> ModuleType:
    """A file beside this one, under a name that no other test has."""
    spec = importlib.util.spec_from_file_location(f"fuzz_{name}", HERE / f"{name}.py")
    assert spec is not None and spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is limited as Linux does it")
def test_every_mutated_file_is_an_answer():
    run = module("run")
    told = run.fuzz(range(90), workers=2)
    assert sorted(one["number"] for one in told) == list(range(90))
    assert [f"{one['number']} ({one['kind']}): {why}" for one in told if (why := run.fault(one))] == []
    codes = {said.partition(":")[0] for one in told for said in one["said"]}
    assert codes & {"accepted", "review"}, "some get through as they were"
    assert {"damaged", "truncated"} <= codes


def test_every_kind_of_file_is_read_unharmed():
    from formreader import Reader

    library = Path(sys.modules["formreader"].__file__).parent / "templates" / "library"
    reader = Reader(templates=library / "id-2024-ppwp-2.yaml")
    for kind, data in module("corpus").corpus().items():
        sheet = reader.read(data)
        refused = sheet.rejection and sheet.rejection.code
        assert refused not in ("damaged", "truncated", "not_a_picture", "bad_pdf", "too_costly", "reader_error"), kind


def test_the_same_number_is_always_the_same_input():
    corpus = module("corpus")
    files = {"a": bytes(range(256)) * 4, "b": b"%PDF-1.7 12 34"}
    assert [corpus.mutated(files, i) for i in range(40)] == [corpus.mutated(files, i) for i in range(40)]
    assert len({corpus.mutated(files, i)[1] for i in range(40)}) > 35
