"""What people do on a form beside writing numbers in their places, each by name."""

from formreader.synth.sheets.behaviours.act import Behaviour
from formreader.synth.sheets.behaviours.contradictions import CONTRADICTIONS
from formreader.synth.sheets.behaviours.corrections import CORRECTIONS
from formreader.synth.sheets.behaviours.covers import COVERS
from formreader.synth.sheets.behaviours.crowding import CROWDING
from formreader.synth.sheets.behaviours.sheet import compose_behaving_sheet
from formreader.synth.sheets.behaviours.wording import WORDING

BEHAVIOURS: dict[str, Behaviour] = {b.name: b for b in (*CORRECTIONS, *CROWDING, *WORDING, *CONTRADICTIONS, *COVERS)}

__all__ = ["BEHAVIOURS", "Behaviour", "compose_behaving_sheet"]
