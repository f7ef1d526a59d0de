"""Locate: each cell cropped straight from the photograph."""

from formreader.locate.crops import CROP_PX, crop_cells, cut_box

__all__ = ["CROP_PX", "crop_cells", "cut_box"]
