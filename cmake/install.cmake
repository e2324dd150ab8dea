# Filled below once the library exists.
