"""Throughline: the pure core in `detection`, the Faust shell in `engine`, and the commands around them."""
