"""The nouns: goals, states, events, and the History that folds them. Frozen records and pure functions, no effects."""
