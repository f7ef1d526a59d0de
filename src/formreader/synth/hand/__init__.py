"""What a hand writes: strokes, characters, marks, lines of them."""
