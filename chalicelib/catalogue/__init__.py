"""What exists, declared once: kinds, actions, and CB-Spider's spelling of them (`wire`)."""
