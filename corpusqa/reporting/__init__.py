"""The report: one mapping, report.json, from which every format is drawn."""
