"""Labels and crops in the formats that other programs read: Parquet, WebDataset, LMDB."""
