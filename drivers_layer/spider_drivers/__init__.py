"""Spider's cloud drivers. Importing this package loads no cloud SDK."""
