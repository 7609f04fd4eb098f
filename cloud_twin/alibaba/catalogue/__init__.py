"""What Alibaba Cloud itself has, whoever asks: regions, zones, instance types, public images."""
