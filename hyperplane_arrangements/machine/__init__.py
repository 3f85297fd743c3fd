"""What is asked of the machine: cores, workers, a cluster, compiled code that is kept, files."""
