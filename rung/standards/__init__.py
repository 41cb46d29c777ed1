"""What Rung says of itself in other people's standards: contracts, catalogue, lineage, elements, semantic model."""
