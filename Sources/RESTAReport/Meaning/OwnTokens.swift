package import RESTA

/// Whether noisy embeddings still decode to their own tokens: whether no other row of the embedding table is nearer.
///
/// All rows of the table are candidates, control tokens and unused ones among them; of rows that are as near
/// the own one counts. Products are sums of 32-bit ones in one fixed order: a row that equals the token's own
/// ties with it to the bit, and cosines within a millionth are equal.
package struct OwnTokens: Sendable {
  /// What is nearest to one noisy embedding.
  package struct Decoded: Sendable, Hashable {
    /// Whether no row has a larger cosine than the token's own.
    package var byCosine: Bool
    /// Whether no row has a larger inner product, as a tied output layer sees it: that one prefers long rows,
    /// so an embedding without noise may fail it.
    package var byProduct: Bool
  }

  /// How many rows of the table are in memory at once.
  static let block = 1024

  /// Rows of a matrix as whole vectors, the last one filled up with zeros.
  private struct Rows {
    typealias Lanes = SIMD16<Float>

    private let width: Int
    private var lanes: [Lanes]

    init(_ matrix: EmbeddingMatrix) {
      width = (matrix.dimensions + Lanes.scalarCount - 1) / Lanes.scalarCount
      lanes = []
      lanes.reserveCapacity(width * matrix.rows)
      for row in 0..<matrix.rows {
        let values = matrix[row: row]
        for start in stride(from: values.startIndex, to: values.endIndex, by: Lanes.scalarCount) {
          var next = Lanes()
          for place in 0..<min(Lanes.scalarCount, values.endIndex - start) {
            next[place] = values[start + place]
          }
          lanes.append(next)
        }
      }
    }

    /// The inner product of a row with one of other rows.
    func product(_ row: Int, _ others: Rows, _ other: Int) -> Float {
      var sum = Lanes()
      let (start, otherStart) = (row * width, other * width)
      for index in 0..<width { sum += lanes[start + index] * others.lanes[otherStart + index] }
      return sum.sum()
    }
  }

  /// Decodes noisy embeddings, `[rows, dimensions]`, of given tokens into what is nearest to each in a table of
  /// `vocabulary` rows, of which `table` gives some.
  ///
  /// - Complexity: O(vocabulary · rows · dimensions); an embedding that has lost both is left out of the rest.
  package static func decode(
    _ noisy: EmbeddingMatrix, of tokens: [TokenID], vocabulary: Int,
    table: ([TokenID]) async throws -> EmbeddingMatrix
  ) async throws -> [Decoded] {
    precondition(noisy.rows == tokens.count, "each noisy embedding was a token")
    let queries = Rows(noisy)
    let own = Rows(try await table(tokens))
    let products = tokens.indices.map { queries.product($0, own, $0) }
    // The cosine times the noisy row's length, which all that it is compared with have too.
    let cosines = tokens.indices.map { index in
      products[index] * inverseNorm(of: index, in: own)
        + 1e-6 * Float(noisy.norm(ofRow: index))
    }
    // Nothing is above a number that overflowed: each token would be its own.
    var found = tokens.indices.map {
      Decoded(byCosine: cosines[$0].isFinite, byProduct: products[$0].isFinite)
    }
    var open = Array(tokens.indices)
    for start in stride(from: 0, to: vocabulary, by: block) where !open.isEmpty {
      try Task.checkCancellation()
      let ids = (start..<min(start + block, vocabulary)).map { TokenID($0) }
      let rows = Rows(try await table(ids))
      let norms = ids.indices.map { inverseNorm(of: $0, in: rows) }
      for query in open {
        for row in ids.indices {
          let product = queries.product(query, rows, row)
          if product > products[query] { found[query].byProduct = false }
          // A row of norm 0 has no direction.
          if norms[row] > 0, product * norms[row] > cosines[query] { found[query].byCosine = false }
        }
      }
      open.removeAll { !found[$0].byCosine && !found[$0].byProduct }
    }
    return found
  }

  private static func inverseNorm(of row: Int, in rows: Rows) -> Float {
    let square = rows.product(row, rows, row)
    return square > 0 ? 1 / square.squareRoot() : 0
  }
}
