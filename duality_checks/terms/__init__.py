"""The terms of the training objective: activation, loss, penalty, readout; one module a term."""
