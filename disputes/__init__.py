"""The case, from refund request to closing: its only state, its deadlines, and what the two sides may do."""
