"""A second, slow and plain reading of the accounting rules: Fractions and lists, one contract's life at a time.

Nothing here is shared with the engine. ``replay.replay`` takes a scenario and gives the object that the engine's
``run_scenario`` gives, so the two can be compared over random lives. Where a rule leaves room, the docstring of the
function that had to choose says what it chose.
"""
