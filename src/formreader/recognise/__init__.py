"""Recognise: small networks that say what a cell's picture looks like."""

from formreader.recognise.batches import batch_of
from formreader.recognise.beam import beam, best_path
from formreader.recognise.bubbles import BubbleRecogniser, bubble_pairs, normalise_bubbles
from formreader.recognise.cells import CellRecogniser
from formreader.recognise.digits import DigitRecogniser
from formreader.recognise.letters import LetterRecogniser
from formreader.recognise.lines import LineRecogniser
from formreader.recognise.normalise import normalise_cells
from formreader.recognise.runtime import LoadedModel, load_model, models_directory
from formreader.recognise.second import SecondReader
from formreader.recognise.tally import TallyRecogniser

__all__ = [
    "BubbleRecogniser",
    "CellRecogniser",
    "DigitRecogniser",
    "LetterRecogniser",
    "LineRecogniser",
    "LoadedModel",
    "SecondReader",
    "TallyRecogniser",
    "batch_of",
    "beam",
    "best_path",
    "bubble_pairs",
    "load_model",
    "models_directory",
    "normalise_bubbles",
    "normalise_cells",
]
