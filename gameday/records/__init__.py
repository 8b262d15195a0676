"""The store of past drills, from which histories, comparisons and currency are made.

The run folders stay the record of each drill; the store can be made again from them. Nothing is imported
here, because SQLAlchemy takes longer to import than `gameday --help` may take altogether.
"""
