"""Cloud-Twin: clouds emulated on the wire, and faults before any cloud, emulated or real."""
