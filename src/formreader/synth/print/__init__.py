"""What a press puts on paper: the blank page."""
