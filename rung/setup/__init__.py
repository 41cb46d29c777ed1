"""Setting a state up: its folder with templates, what is still missing in it, and the page that explains every key."""
