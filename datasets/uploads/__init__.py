"""Crops and photos that the team brings in: many files, folders and zips, with or without labels, as a job."""
