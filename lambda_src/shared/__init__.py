"""What all functions share; packed into every archive as the package `shared`."""
