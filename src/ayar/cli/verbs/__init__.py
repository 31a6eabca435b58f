"""One file per verb: its arguments and its help. Bodies live beside this package and load when the verb runs."""
