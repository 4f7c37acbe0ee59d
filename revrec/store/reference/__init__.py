"""Keeping what NetSuite and the CRM know by id: upserts that may run again, and pairing items to products."""
