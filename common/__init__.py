"""What every room may lean on: the actor, the act, the clock, refusals, identifiers, money, the state machine."""
