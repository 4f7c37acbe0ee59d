"""A stand-in for Salesforce: token endpoint, SOQL queries and their errors, over the made-up company.

    python -m sample_data.salesforce --port 0 --lines 4000

It is strict: what Salesforce refuses, it refuses. `/_sim/` routes order faults, tell what was asked, change records.
Product code never imports it; it is started as a process of its own and reached over HTTP.
"""
