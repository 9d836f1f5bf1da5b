// Which cells of a cache that all sequences share new positions get.
//
// scripts/build-llama.sh adds this file to src and calls it from llama-kv-cache.cpp; docs/engine.md says
// why. Attention sums over a sequence's positions in the order of their cells, so each one gets the first
// free cell behind those of its sequence: freed cells are used again, and the order stays.
#pragma once

#include <vector>

namespace resta {

// Finds a cell for each position; false when the end of the cache is in the way of one of them.
template <typename Cells, typename Batch, typename Indices>
static bool cells_in_order(const Cells & cells, const Batch & batch, Indices & found) {
  // By sequence: behind its last cell. One that is met first from the end is the last one.
  std::vector<uint32_t> next(LLAMA_MAX_SEQ, 0);
  uint32_t missing = batch.n_seqs_unq;
  for (uint32_t cell = cells.used_max_p1(); cell > 0 && missing > 0; cell--) {
    if (cells.is_empty(cell - 1)) continue;
    for (uint32_t i = 0; i < batch.n_seqs_unq; i++) {
      const auto sequence = batch.seq_id_unq[i];
      if (next[sequence] == 0 && cells.seq_has(cell - 1, sequence)) next[sequence] = cell, missing--;
    }
  }
  std::vector<bool> taken(cells.size(), false);
  for (uint32_t i = 0; i < batch.n_tokens; i++) {
    uint32_t & cell = next[batch.seq_id[i][0]];
    while (cell < cells.size() && (taken[cell] || !cells.is_empty(cell))) cell++;
    if (cell == cells.size()) {
      found.clear();
      return false;
    }
    taken[cell] = true;
    found.push_back(cell++);
  }
  return true;
}

}  // namespace resta
