"""What happens: connections, identities, life cycle, operations, history, sealing."""
