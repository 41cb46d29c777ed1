"""`rung map`: propose how a district's own file becomes an extract; a person confirms."""
