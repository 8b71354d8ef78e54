"""The records of what checks observed, and the verdicts that follow."""
