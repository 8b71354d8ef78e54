"""The report of a run, as HTML, JSON, JUnit XML, Markdown and text."""
