"""The checker of releases: knows neither the engine nor a solver, and reads files alone."""
