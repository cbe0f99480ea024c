"""What joins the rooms: reactions to what happened, ticks for what did not, and the processes that run them."""
