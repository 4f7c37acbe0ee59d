"""What the faces show of the books: one shape for the API's answers and the command line's `--json`."""
