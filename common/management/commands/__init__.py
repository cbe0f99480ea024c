"""The command line of the ground floor."""
