"""Closing a period, and taking a close back.

checklist   what blocks a close, and what has to be acknowledged
policy      the company's choices on a day, as the core takes them
books       compute, write, draft journals, and the flip
run         the `close` job           reopen   the `reopen` job
"""
