"""What is measured, each a process: reads JSON from standard input, prints one line of JSON."""
