"""What start.py does once Python is new enough. Standard library only. Knows processes, not cases."""
