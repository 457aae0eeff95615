"""Measure a corpus: signals, spans and clusters, in Parquet; judged later, and again, without reading text."""
