"""The bill of materials of an installed formreader, in CycloneDX, with the models that it carries: `make sbom`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ROOT = Path(__file__).parents[1]


def model_component(card: dict[str, Any]) -> dict[str, Any]:
    """A model as a component: what it is, its content, what it was trained on and what it was made of."""
    said = [f"trained on: {licence}" for licence in card["data"]["licences"].values()]
    component: dict[str, Any] = {
        "type": "machine-learning-model",
        "bom-ref": f"{card['name']}-{card['version']}",
        "name": f"formreader/{card['name']}",
        "version": card["version"],
        "hashes": [{"alg": "SHA-256", "content": card["sha256"]}],
        "licenses": [{"license": {"id": "Apache-2.0"}}],
        "description": "; ".join(said) or "trained on drawings of the project alone",
    }
    if borrowed := card.get("borrowed"):
        package, release = borrowed["wheel"].split("==")
        component["pedigree"] = {
            "ancestors": [
                {
                    "type": "machine-learning-model",
                    "name": borrowed["file"],
                    "purl": f"pkg:pypi/{package}@{release}",
                    "hashes": [{"alg": "SHA-256", "content": borrowed["sha256"]}],
                    "licenses": [{"license": {"id": "Apache-2.0"}}],
                }
            ],
            "notes": borrowed["licence"],
        }
    return component


def bill_of(python: Path) -> dict[str, Any]:
    """Everything installed beside the interpreter ``python``, and the models."""
    tool = Path(sys.executable).with_name("cyclonedx-py")
    asked = [str(tool), "environment", "--pyproject", str(ROOT / "pyproject.toml"), "--output-reproducible"]
    told = subprocess.run([*asked, str(python)], check=True, capture_output=True, text=True).stdout
    bill: dict[str, Any] = json.loads(told)
    cards = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(ROOT.glob("models/*/card.json"))]
    bill.setdefault("components", []).extend(model_component(card) for card in cards)
    return bill


def write(python: Path, out: Path) -> None:
    """The bill of that environment as a file. Exits where it is no CycloneDX."""
    text = json.dumps(bill_of(python), indent=2) + "\n"
    problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if problem is not None:
        sys.exit(f"sbom: not CycloneDX 1.6: {problem}")
    out.write_text(text, encoding="utf-8")
    print(f"{out}: {len(json.loads(text)['components'])} components")


if __name__ == "__main__":
    write(Path(sys.argv[1]), Path(sys.argv[2]))
