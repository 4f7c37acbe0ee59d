"""A stand-in for NetSuite's REST web services, for demonstrations, tests and benches.

It is a program of its own (``python -m sample_data.netsuite``) and is never imported by the product: it shares
no code with the client that it is there to test. Where NetSuite's behaviour is documented it behaves so; where it
is doubtful it takes the stricter reading, and the reading is a setting.
"""
