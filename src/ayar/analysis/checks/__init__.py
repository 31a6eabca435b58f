"""Health checks, one file per theme; `analysis.health` holds the table."""
