"""P16: the layout of delimited files, over polluted files of our own making."""
