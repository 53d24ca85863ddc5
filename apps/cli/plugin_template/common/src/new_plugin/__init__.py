"""New plugin, for Pirwa."""
