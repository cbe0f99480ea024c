"""The pages of the public jury: one case at a time, without names. Whoever is signed in may volunteer here."""
