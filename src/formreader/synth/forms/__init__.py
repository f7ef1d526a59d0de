"""Forms that nobody described: templates at random, their families, and what is printed beside them."""

from formreader.synth.forms.form import HELD_OUT_FROM, RandomForm, any_form

__all__ = ["HELD_OUT_FROM", "RandomForm", "any_form"]
