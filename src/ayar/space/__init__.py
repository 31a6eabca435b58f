"""What may be tried: domains, conditions, constraints, Space, the codec to arrays, feasible draws, JSON."""
