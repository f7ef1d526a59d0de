"""``formreader synth`` and ``formreader evaluate severity``."""

from __future__ import annotations

import json

FORM = "id-2019-c1-ppwp-2"
SMALL = ("--long-side", 900, "--severity", 0.5)


def test_the_same_seed_draws_the_same_sheets_and_troubles_are_named(run, tmp_path):
    for folder in ("a", "b"):
        ran = run("synth", FORM, "--out", tmp_path / folder, *SMALL, "--trouble", "folds", "--trouble", "usual")
        assert ran.code == 0
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert names == [f"{FORM}-1-0000.jpg", "truth.json"]
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in names)
    (sheet,) = json.loads((tmp_path / "a" / "truth.json").read_text())["sheets"]
    assert "folds" in sheet["troubles"]


def test_what_cannot_be_drawn_with_is_said(run, tmp_path):
    for option, value, said in (
        ("--trouble", "rain", "is no trouble; known are folds"),
        ("--fonts", tmp_path, "holds no font"),
        ("--glyphs", tmp_path / "none", "is no folder"),
    ):
        ran = run("synth", FORM, "--out", tmp_path / "out", option, value)
        assert ran.code == 2
        assert said in ran.err
        assert not (tmp_path / "out").exists()


def test_a_sweep_prints_a_row_a_step_and_fails_only_for_wrong_values_accepted(run, tmp_path):
    ran = run(
        "evaluate", "severity", FORM, "--levels", "0.5,1", "--trouble", "shadow", "--count", 1, "--long-side", 1200,
        "--json", tmp_path / "sweep.json",
    )  # fmt: skip
    steps = json.loads((tmp_path / "sweep.json").read_text())["steps"]
    assert [(step["trouble"], step["severity"]) for step in steps] == [
        ("none", 0.5), ("none", 1.0), ("shadow", 0.5), ("shadow", 1.0),
    ]  # fmt: skip
    assert all(step["counted"]["sheets"] == 1 for step in steps)
    assert ran.code == (1 if any(step["silent"] for step in steps) else 0)
    assert len(ran.out.splitlines()) >= 6
