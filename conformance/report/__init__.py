"""What a run found, as a page, JSON, JUnit, Markdown and text."""
