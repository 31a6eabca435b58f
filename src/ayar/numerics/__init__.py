"""Arrays in, arrays out: the mathematics that samplers and analysis share. Knows no space, no trial and no seed."""
