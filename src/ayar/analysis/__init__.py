"""What a study's log says: a Fold in, small records and tables (lists of rows) out. Pure; draws no picture."""
