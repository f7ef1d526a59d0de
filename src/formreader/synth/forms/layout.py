"""A plan laid out on its page: everything in its place, in the words of the template format."""

from __future__ import annotations

import json

from formreader.synth.forms.listed_table import list_table
from formreader.synth.forms.listing import Listing, mm
from formreader.synth.forms.plan import Plan
from formreader.synth.forms.wording import made_up

TAGS = "36h11"


def template_text(plan: Plan, id_: str) -> str:
    """The YAML of a template: what ``formreader template check`` takes."""
    page = Listing(plan)
    top = plan.margin_mm
    _list_head(page, top)
    y = top + plan.head_mm
    if plan.symmetry == "point":
        y = (plan.paper_mm[1] - plan.bands[0][0].height_mm) / 2
    for band in plan.bands:
        x = plan.margin_mm
        free = plan.paper_mm[0] - 2 * plan.margin_mm - sum(table.width_mm for table in band)
        for table in band:
            list_table(page, table, x, y)
            x += table.width_mm + free / max(len(band) - 1, 1)
        y += max(table.height_mm for table in band) + band[0].gap_mm
    _rules_across_tables(page)
    head = {
        "schema": "formreader/template/1",
        "id": id_,
        "title": f"{' '.join(plan.headings)}, drawn at random",
        "language": plan.language,
        "page": mm(list(plan.paper_mm)),
        "source": "made up by formreader.synth.forms",
    }
    lists = {
        "marks": page.marks, "lines": page.lines, "areas": page.areas,
        "texts": page.texts, "fields": page.fields, "arithmetic": page.rules,
    }  # fmt: skip
    said = [f"{key}: {json.dumps(value)}" for key, value in head.items()]
    for key, values in lists.items():
        if values:
            said += [f"{key}:", *(f"  - {json.dumps(value)}" for value in values)]
    return "\n".join(said) + "\n"


def _list_head(page: Listing, top: float) -> None:
    """Headings, the code and the squares; of a page like its own image turned round, the foot too."""
    plan = page.plan
    width, height = plan.paper_mm
    code_w, code_h = plan.code_mm
    beside = code_w + 8 if plan.code != "none" and plan.code_at.startswith("top") else 0.0
    left = plan.margin_mm + (beside if plan.code_at.endswith("left") or plan.symmetry != "none" else 0.0)
    room = width - 2 * plan.margin_mm - beside * (2 if plan.symmetry != "none" else 1)
    each = min((plan.head_mm - 3) / len(plan.headings), 9.0)
    words = page.words("head")
    for i, heading in enumerate(plan.headings):
        share = float(words.uniform(0.45, 0.95)) * (0.8 if i else 1.0)
        at = left + room * (1 - share) / 2
        page.text(heading, [at, top + i * each, room * share, each * 0.72], heading=True)
        if plan.symmetry == "point":
            foot = height - top - i * each - each * 0.72
            page.text(made_up(words, 3).upper(), [at, foot, room * share, each * 0.72])
    if plan.code != "none":
        x = plan.margin_mm + 2 if plan.code_at.endswith("left") else width - plan.margin_mm - 2 - code_w
        y = top + 1 if plan.code_at.startswith("top") else height - plan.margin_mm - 1 - code_h
        where = {"box": mm([x, y, code_w, code_h])}
        if plan.code == "apriltag":
            page.marks.append({"kind": "apriltag", "dictionary": TAGS, "id": int(plan.code_text), **where})
        else:
            page.marks.append({"kind": plan.code, "text": [plan.code_text], **where})
    if plan.squares_mm:
        side, edge = plan.squares_mm, plan.margin_mm - plan.squares_mm - 2
        far_x, far_y = width - edge - side, height - edge - side
        at_all = [[edge, edge], [far_x, edge], [edge, far_y], [far_x, far_y]]
        page.marks.append({"kind": "square", "size": mm([side, side]), "at": [mm(at) for at in at_all]})


def _rules_across_tables(page: Listing) -> None:
    if page.plan.equal_totals:
        first, second = page.plan.equal_totals
        page.rules.append(f"{first}.total = {second}.total")
    if page.plan.at_most:
        name, most = page.plan.at_most
        page.rules.append(f"{name}.total <= {most}")
