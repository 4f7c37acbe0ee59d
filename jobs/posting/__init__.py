"""Posting journals to NetSuite, each once.

run         the `post` job: which journals, and a child for each on the account's queue
send        one journal's conversation: look up, post, read back, compare
record      what each step of it leaves behind     reverse     taking a posted journal back
"""
