"""Where insights are kept: a folder of Parquet files, or workflows."""
