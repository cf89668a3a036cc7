"""The shipped encoder on the runtimes that a CPU offers."""
