"""A marketplace to try the court with: it holds money, answers the gateway's protocol, and misbehaves on demand."""
