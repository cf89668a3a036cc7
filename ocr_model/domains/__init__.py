"""What is read: shoe tags, drawn digits, number plates; one typed description each, and everything else is shared."""
