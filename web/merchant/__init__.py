"""What a shop and its members see: what awaits them, one case, its decision, their messages."""
