"""Spider's service: catalogue, engine, store and REST. Loads no cloud SDK and no driver."""
