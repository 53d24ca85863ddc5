"""Looking for what is to be recommended: each statement finds all of some kinds in a company, as a table `found`."""
