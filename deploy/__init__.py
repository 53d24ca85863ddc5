"""Pirwa as several processes: an image, a compose file and an nginx configuration for servers, and all of it as local processes for a trial.

`python -m deploy` starts the local ones, with the same nginx configuration and the same settings; the tests kill them one after the other.
"""
