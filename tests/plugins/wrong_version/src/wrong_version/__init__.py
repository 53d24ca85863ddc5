"""A plugin for a Pirwa that is not this one."""
