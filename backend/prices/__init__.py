"""What a shoe costs: price providers behind one interface."""
