"""Spider on AWS: the two archives that Lambda runs, the template around them, bringing both there."""
