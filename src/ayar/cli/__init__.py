"""The command `ayar`: one verb, one file. The roof: it calls everything, and nothing calls it."""
