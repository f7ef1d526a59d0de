"""``python -m formreader`` is the command line."""

from formreader.cli import main

main()
