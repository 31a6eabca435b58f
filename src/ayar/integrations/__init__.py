"""Guests: one file or package for each library that Ayar works inside of, imported only when it is asked for."""
