"""What runs in the child that reads a stranger's file. Knows no Django, no database, no settings and no secret."""
