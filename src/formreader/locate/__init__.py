"""Locate: each cell cropped straight from the photograph."""

from formreader.locate.crops import CROP_PX, Place, crop_cells, cut_box, cut_lines
from formreader.locate.writing import WrittenLine, find_lines

__all__ = ["CROP_PX", "Place", "WrittenLine", "crop_cells", "cut_box", "cut_lines", "find_lines"]
