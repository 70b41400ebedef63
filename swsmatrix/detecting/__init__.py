"""Each sort of detail by how it is written, one file each. Pure.

Their texts are as ``folding.readable`` gives them; what they yield are spans in those, in order, apart from
each other. Every repetition in a pattern is bounded, so that a text takes time in proportion to its length.
"""
