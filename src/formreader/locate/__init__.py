"""Locate: each cell cropped straight from the photograph, and whether it is seen as it is printed."""

from formreader.locate.anew import ink_beyond, window_around
from formreader.locate.beside import Beside, ink_beside
from formreader.locate.covers import faded_frames, missing_frames, odd_papers, paper_in, smooth_papers, usual_lines
from formreader.locate.crops import CROP_PX, Place, crop_cells, cut_box, cut_lines
from formreader.locate.edges import Edge, Ruling, ruling_of, see_edges
from formreader.locate.free import (
    Ink,
    Writing,
    cut_window,
    find_writing,
    ink_of,
    narrowed,
    nearer,
    shortened,
    strip_box,
    widest_gap,
    written_on,
)
from formreader.locate.further import Further, further_boxes, stands_there
from formreader.locate.gaps import widest_gap_in_lines
from formreader.locate.guides import missing_guides
from formreader.locate.over_rows import stroke_over_rows
from formreader.locate.pale import beyond_pattern, pale_strokes
from formreader.locate.patches import beyond_usual, odd_patch
from formreader.locate.sides import ink_at_sides
from formreader.locate.small import upright_pieces
from formreader.locate.strikes import NO_LINE, Line, find_line, line_along, line_through, reach_beyond
from formreader.locate.strips import Strip, cut_strips
from formreader.locate.traces import traces_in
from formreader.locate.writing import WrittenLine, find_lines

__all__ = [
    "CROP_PX",
    "NO_LINE",
    "Beside",
    "Edge",
    "Further",
    "Ink",
    "Line",
    "Place",
    "Ruling",
    "Strip",
    "Writing",
    "WrittenLine",
    "beyond_pattern",
    "beyond_usual",
    "crop_cells",
    "cut_box",
    "cut_lines",
    "cut_strips",
    "cut_window",
    "faded_frames",
    "find_line",
    "find_lines",
    "find_writing",
    "further_boxes",
    "ink_at_sides",
    "ink_beside",
    "ink_beyond",
    "ink_of",
    "line_along",
    "line_through",
    "missing_frames",
    "missing_guides",
    "narrowed",
    "nearer",
    "odd_papers",
    "odd_patch",
    "pale_strokes",
    "paper_in",
    "reach_beyond",
    "ruling_of",
    "see_edges",
    "shortened",
    "smooth_papers",
    "stands_there",
    "strip_box",
    "stroke_over_rows",
    "traces_in",
    "upright_pieces",
    "usual_lines",
    "widest_gap",
    "widest_gap_in_lines",
    "window_around",
    "written_on",
]
