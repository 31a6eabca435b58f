"""Leak checks: does something seen in fitting tell of what is judged? One check a file, entered by `leak_check`."""
