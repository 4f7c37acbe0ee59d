"""NetSuite's general ledger beside ours: which accounts are compared, what each side holds, what explains the rest.

accounts     which accounts                     ledger    our side, by account
documents    invoices and credit memos that wait or came late
journals     journals that are not in NetSuite's ledger, and those that are not ours
reading      one reading, written down          signed    differences that somebody answers for
kinds        what a part of a difference can be
"""
