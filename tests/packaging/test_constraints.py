"""constraints.txt names one version of everything that pyproject.toml asks for, on every Python that it names."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

packaging_requirements = pytest.importorskip("packaging.requirements")
from packaging.markers import default_environment  # noqa: E402
from packaging.requirements import Requirement  # noqa: E402
from packaging.utils import canonicalize_name  # noqa: E402
from packaging.version import Version  # noqa: E402

ROOT = Path(__file__).parents[2]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")


def pins() -> list[Requirement]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def on(python: str) -> dict[str, str]:
    return {"python_version": python, "python_full_version": f"{python}.0"}


def pinned(**changes: str) -> dict[str, Version]:
    """Name to version here, or on another Python. Two that hold at once are a mistake."""
    environment = {**default_environment(), "extra": "", **changes}
    found: dict[str, Version] = {}
    for pin in pins():
        if pin.marker is None or pin.marker.evaluate(environment):
            (specifier,) = pin.specifier
            assert specifier.operator == "=="
            assert canonicalize_name(pin.name) not in found, f"{pin.name} is pinned twice"
            found[canonicalize_name(pin.name)] = Version(specifier.version)
    return found


def asked() -> Iterator[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for line in [*project["dependencies"], *(x for extra in project["optional-dependencies"].values() for x in extra)]:
        if not line.startswith("formreader["):
            yield Requirement(line)


@pytest.mark.parametrize("python", PYTHONS)
def test_everything_asked_for_is_pinned_as_asked(python):
    versions = pinned(**on(python))
    wrong = [
        f"{want} but {versions.get(canonicalize_name(want.name))}"
        for want in asked()
        if canonicalize_name(want.name) not in versions
        or not want.specifier.contains(versions[canonicalize_name(want.name)])
    ]
    assert not wrong, f"make lock: {wrong}"


def test_no_index_and_no_folder_of_a_machine_stands_in_it():
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert not re.search(r"https?:|file:|--", text.split("\n", 2)[2])


@pytest.mark.skipif("CI" not in os.environ, reason="asks for a fresh installation, which CI has")
def test_what_is_installed_is_what_is_pinned():
    """What the tests were run with is what the next person gets."""
    other = {}
    for name, version in pinned().items():
        if name == "setuptools":
            continue  # an environment comes with one of its own, and nothing here asks for it but torch
        try:
            there = Version(distribution(name).version)
        except PackageNotFoundError:
            continue
        if there.public != version.public:
            other[name] = (str(there), str(version))
    assert not other
