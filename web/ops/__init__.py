"""What operations see: terms, what is stuck, what asks to be admitted, rules, calendars, the demo clock."""
