"""CB-Spider's spelling, and nowhere else: pydantic models that check requests and write answers.

Field names are the wire's own names. Source: CB-Spider's type dictionary of today, and Cappuccino's where a field
was dropped or renamed since (answers carry both).
"""
