"""The orders flow: customers and sales orders of the CRM, versioned and published.

run         what happens, in order        reading   children on the CRM's queue
shape       an order's forms as versions  publish   the flip
"""
