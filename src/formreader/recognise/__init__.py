"""Recognise: small networks that say what a cell's picture looks like."""

from formreader.recognise.digits import DIGIT_CLASSES, DigitRecogniser
from formreader.recognise.normalise import normalise_cells
from formreader.recognise.runtime import LoadedModel, load_model, models_directory

__all__ = ["DIGIT_CLASSES", "DigitRecogniser", "LoadedModel", "load_model", "models_directory", "normalise_cells"]
