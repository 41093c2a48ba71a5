"""Python read without running it: names, lineage, staleness, installs."""
