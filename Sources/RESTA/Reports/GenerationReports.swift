/// l in JSON: a number, or the text `all`.
package struct PrefixReport: Encodable, Sendable, Hashable, CustomStringConvertible {
  private let prefix: PrefixLength

  package init(_ prefix: PrefixLength) { self.prefix = prefix }

  package static func tokens(_ count: Int) -> PrefixReport { PrefixReport(.tokens(count)) }

  package var description: String { prefix.description }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch prefix {
    case .tokens(let count): try container.encode(count)
    case .all: try container.encode("all")
    }
  }
}

/// One vote in JSON, with the texts of its tokens.
///
/// A stable shape, to which fields may be added; encoders write its names in snake case.
package struct VoteReport: Encodable, Sendable, Equatable {
  package struct Count: Encodable, Sendable, Equatable {
    package let tokenId: TokenID
    package let text: String
    package let count: Int
  }

  package let position: Int
  @Nullable package var tokenId: TokenID?
  @Nullable package var text: String?
  package let counts: [Count]
  package let asked: Int
  package let margin: Int
  @Nullable package var tieRule: TieBreak?
  @Nullable package var stoppedAtLead: Int?

  package init(_ vote: VoteRecord, tokenizer: any Tokenizer) {
    position = vote.position
    tokenId = vote.tokenID
    text = vote.tokenID.map { tokenizer.text(of: $0) }
    counts = vote.counts.map {
      Count(tokenId: $0.tokenID, text: tokenizer.text(of: $0.tokenID), count: $0.count)
    }
    asked = vote.asked
    margin = vote.margin
    tieRule = vote.tieBreak
    stoppedAtLead = vote.stoppedAtLead
  }
}

/// What a checkpoint found that opened the assistant's turn again, in JSON.
///
/// A stable shape, to which fields may be added; encoders write its names in snake case.
package struct ProbeReport: Encodable, Sendable, Equatable {
  package let position: Int
  package let text: String
  package let refused: Bool
  package let votes: [VoteReport]

  package init(_ probe: ProbeRecord, tokenizer: any Tokenizer) {
    position = probe.position
    text = probe.text
    refused = probe.isRefusal
    votes = probe.votes.map { VoteReport($0, tokenizer: tokenizer) }
  }
}

/// What an answer cost, in JSON; times are in seconds.
///
/// A stable shape, to which fields may be added; encoders write its names in snake case.
package struct TotalsReport: Encodable, Sendable, Equatable {
  package let passes: Int
  package let tokensProcessed: Int
  package let tokensReused: Int
  package let prefillS: Double
  package let decodeS: Double
  package let bookkeepingS: Double
  @Nullable package var firstTokenS: Double?
  package let wallS: Double
  /// Bytes that were sent to servers; not there in process.
  package let uploadedBytes: Int?

  package init(_ totals: GenerationTotals) {
    passes = totals.passes
    tokensProcessed = totals.tokensProcessed
    tokensReused = totals.tokensReused
    prefillS = totals.prefillSeconds
    decodeS = totals.decodeSeconds
    bookkeepingS = totals.bookkeepingSeconds
    firstTokenS = totals.firstTokenSeconds
    wallS = totals.wallSeconds
    uploadedBytes = totals.uploadedBytes > 0 ? totals.uploadedBytes : nil
  }
}

/// A value that is written as `null` when it is not there, so that the key always is.
@propertyWrapper
package struct Nullable<Value: Encodable>: Encodable {
  package var wrappedValue: Value?

  package init(wrappedValue: Value?) { self.wrappedValue = wrappedValue }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let wrappedValue {
      try container.encode(wrappedValue)
    } else {
      try container.encodeNil()
    }
  }
}

extension Nullable: Equatable where Value: Equatable {}
extension Nullable: Sendable where Value: Sendable {}
