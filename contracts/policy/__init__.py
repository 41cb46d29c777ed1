"""Policy as data: packs of programs, the metric parameters, district mappings, the disclosure policy."""
