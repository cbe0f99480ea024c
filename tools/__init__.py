"""Tools for people who work on Heng. Nothing here runs in production."""
