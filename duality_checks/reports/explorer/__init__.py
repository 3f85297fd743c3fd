"""The explorer: pages in which arrangements and optima move under the reader's hand."""
