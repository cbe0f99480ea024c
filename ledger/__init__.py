"""Accounts and postings in double entry. Knows sums and keys; refuses to know cases, orders and who is right."""
