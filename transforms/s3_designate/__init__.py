"""Rating and role history x program packs -> designations, each with its reason."""
