"""The figures that the README quotes, and the yardsticks beside which they mean something on any machine."""
