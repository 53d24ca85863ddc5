"""Bringing in a sheet of opening stock: its rows, what of them is new to the books, and the postings that they become.

A product has one opening at a site; where it is tracked, one for each lot or serial number. A line that says what the books
say already is done; one that says otherwise is refused, because the stock would count twice.
"""
