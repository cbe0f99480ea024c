"""Executing what was agreed or decided: where the money comes from, in which order, and what if it does not come.

Reads outcomes and never makes one; who is right is not its business.
"""
