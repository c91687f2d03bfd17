"""The learner's own model: a file of weights, recognised, with their sequence on the stage."""
