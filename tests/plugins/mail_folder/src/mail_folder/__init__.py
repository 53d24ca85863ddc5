"""A carrier of mails whose other side is a folder: a file for each mail that it took."""
