"""Each sort of detail by how it is written, one file each. Pure.

They get a ``reading.Reading`` of the text and yield spans in it, in order, apart from each other. Each begins
where something announces its sort (a sign, a word, figures) and only there tries its pattern; each repetition
in a pattern is bounded. So a text takes time in proportion to its length, and mostly little.
"""
