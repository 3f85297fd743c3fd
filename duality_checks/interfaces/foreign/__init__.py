"""Networks of other libraries: PyTorch state dicts, scikit-learn's models, arrays and tensors in files.

Only weights are read. Nothing is unpickled: PyTorch files are opened with ``weights_only=True``,
``.safetensors`` by their header, and scikit-learn models come as Python objects or as exported arrays.
"""
