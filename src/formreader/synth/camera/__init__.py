"""What paper, light, lens and sensor make of ink: cells, columns, lines, whole pages."""
