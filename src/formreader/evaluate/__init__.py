"""Evaluate: how accurate, on what, and how sure we are of that."""
