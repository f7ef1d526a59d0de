"""Draft: from pictures of a form to a template that a person need only name and correct."""
