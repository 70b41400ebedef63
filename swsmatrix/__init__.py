"""Sex Work Solidarity on Matrix: mutual aid in end-to-end encrypted rooms."""

__version__ = "0.1.0"
