"""What speed and memory claims come from: each is a ratio against something measured in the same run."""
