"""What travels on demand: one module for each thing, each one function of a run and a layer."""
