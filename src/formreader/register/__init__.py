"""Register: where the page lies on the photograph, to a fraction of a millimetre."""

from formreader.register.ink import ink_share
from formreader.register.registrar import Registered, map_points, page_points, register

__all__ = ["Registered", "ink_share", "map_points", "page_points", "register"]
