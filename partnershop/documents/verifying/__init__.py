"""Anybody's invoice looked at: what a PDF or XML file is, what it says, and which rules it breaks."""
