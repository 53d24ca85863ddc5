"""A carrier of text messages whose other side is a folder: a file for each message that it took."""
