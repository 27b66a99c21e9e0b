"""The compiled loop that plays events by the rules. Import it only to play: it loads the compiler.

Nothing here allocates: the state of everybody is in the arrays of `Table`, which `engine` owns and makes room in. Every argument of a
compiled function is a 64-bit number or the table, so that each is compiled once.
"""
