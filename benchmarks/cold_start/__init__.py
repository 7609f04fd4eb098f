"""How long the functions take to start in Lambda, and what that takes: python -m benchmarks.cold_start (as root)"""
