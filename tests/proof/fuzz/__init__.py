"""Bad input of every sort against the whole API: each answer is one that the API document names, and none is a failure."""
