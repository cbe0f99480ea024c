"""Telling people: which happening concerns whom, in which words, and by which way it reaches them."""
