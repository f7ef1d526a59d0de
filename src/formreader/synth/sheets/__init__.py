"""Whole pages filled in and photographed, with their truth."""
