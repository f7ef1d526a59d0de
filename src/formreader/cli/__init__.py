"""The command line: the library's words, said in a shell."""

from formreader.cli.main import main

__all__ = ["main"]
