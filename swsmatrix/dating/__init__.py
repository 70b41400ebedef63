"""Parts of ``dates``: one file for days, one for times of day, one for the words of both."""
