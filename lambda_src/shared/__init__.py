"""The code that all functions use; every archive contains it as the package `shared`."""
