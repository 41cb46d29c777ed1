"""Pages that districts use in a browser: the check page that needs no server, made by `rung kit`."""
