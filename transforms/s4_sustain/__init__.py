"""Stage 4: pay x funds x designations, turned into what leadership costs, who pays and whether it lasts."""
