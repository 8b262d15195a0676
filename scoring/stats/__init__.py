"""The numerical methods of a comparison, on plain arrays.

Everything here but `proportions` and `survival` needs numpy and scipy, which cost most of a second to
import. So nothing is imported from here until a comparison is made.
"""
