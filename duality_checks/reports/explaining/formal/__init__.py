"""Problems and certificates for the formal proof: files for Coq, and what they are about."""
