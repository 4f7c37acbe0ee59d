"""Measurements: `make bench`, or `python -m benchmarks [--quick] [--only NAME]`.

Every figure is of the real thing in a process of its own, beside a peer where there is one, and with the share of the
processor that the stand-in took, since a slow stand-in would otherwise pass for a slow product. Nothing here asserts a
time: figures are printed, and read by people.

__main__    which benchmarks, in which order       bench_folder   seeded databases, scratch space
invoices    the invoices job, stage by stage       measured       a program of `programs/` run and weighed
fetch       lines alone, beside a public client    figures        tables as text
pull        a large account at a real one's pace
workbook    writing a sheet, beside pandas         peers          environments of other packages
close       a close, part by part                  sizes          how large, for real and for `--quick`
postgres    a server for the close, where there is one
"""
