"""The recipe of the aligned test model: data, training, export, attacks, evaluation."""
