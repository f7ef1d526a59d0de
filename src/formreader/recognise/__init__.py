"""Recognise: small networks that say what a cell's picture looks like."""

from formreader.recognise.bubbles import BUBBLE_CLASSES, BubbleRecogniser, bubble_pairs, normalise_bubbles
from formreader.recognise.digits import DIGIT_CLASSES, DigitRecogniser
from formreader.recognise.normalise import normalise_cells
from formreader.recognise.runtime import LoadedModel, load_model, models_directory
from formreader.recognise.tally import TALLY_CLASSES, TallyRecogniser

__all__ = [
    "BUBBLE_CLASSES",
    "DIGIT_CLASSES",
    "TALLY_CLASSES",
    "BubbleRecogniser",
    "DigitRecogniser",
    "LoadedModel",
    "TallyRecogniser",
    "bubble_pairs",
    "load_model",
    "models_directory",
    "normalise_bubbles",
    "normalise_cells",
]
