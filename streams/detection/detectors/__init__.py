"""One file a detector; all are found by folder."""
