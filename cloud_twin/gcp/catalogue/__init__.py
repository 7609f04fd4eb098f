"""What Google itself has, whoever asks: regions, zones, machine types, public images."""
