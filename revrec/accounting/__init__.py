"""The pure accounting core: what contracts should have earned, and what a close books. No I/O, no SQL, no clock."""
