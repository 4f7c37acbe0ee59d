"""Writing what a job has pulled, unseen by readers, until one short transaction publishes it.

intern      segment sets by their text           documents   versions and lines, written once
states      loaded, pending, held, set-based     totals      control totals and our side of them
publish     the flip                             discard     versions of jobs that failed
"""
