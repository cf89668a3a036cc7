"""What the containers' images are built and checked with."""
