"""Ground floor: errors, randomness, time, names, late imports and the JSON codec. Knows nothing of studies."""
