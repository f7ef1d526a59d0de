"""Single cells, columns and lines as a model learns them, each with its label."""
