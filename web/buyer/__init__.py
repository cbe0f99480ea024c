"""The buyer's pages. They know one reader and that reader's own orders and cases."""
