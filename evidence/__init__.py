"""What the parties put before the court: dossiers, exhibits and the bytes behind them. Knows no case."""
