/// What an answer cost, in JSON; times are in seconds.
///
/// A stable shape, to which fields may be added; encoders write its names in snake case.
package struct TotalsReport: Encodable, Sendable {
  package let passes: Int
  package let tokensProcessed: Int
  package let prefillS: Double
  package let decodeS: Double
  package let bookkeepingS: Double
  @Nullable package var firstTokenS: Double?
  package let wallS: Double

  package init(_ totals: GenerationTotals) {
    passes = totals.passes
    tokensProcessed = totals.tokensProcessed
    prefillS = totals.prefillSeconds
    decodeS = totals.decodeSeconds
    bookkeepingS = totals.bookkeepingSeconds
    firstTokenS = totals.firstTokenSeconds
    wallS = totals.wallSeconds
  }
}
