"""Import Data in Bulk: a file that somebody brought is checked, and loaded if it is a job's own.

check_file   the job that reads a file: every fault with its place, what is in it, and whether a job here wrote it
preview      what a file holds, added up while it is read
standing     what may be done with an upload now
loading      loading the job that wrote it
"""
