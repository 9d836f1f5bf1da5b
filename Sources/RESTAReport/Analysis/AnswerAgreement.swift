import RESTAEvaluation
import RESTA

/// How much an answer is like the undefended one, token by token.
struct AnswerAgreement {
  /// Whether all tokens are the same; of answers without tokens, all bytes.
  let isIdentical: Bool
  /// The share of the undefended answer's tokens before the first difference; `nil` if it has none.
  let commonPrefix: Double?
  /// 2 c / (m + n), with m and n the numbers of tokens and c that of common ones, each as often as it
  /// is in both; 1 for two answers without tokens.
  let tokenOverlap: Double

  init(_ answer: DefendedAnswer, reference: DefendedAnswer) {
    let (ours, theirs) = (answer.tokenIDs, reference.tokenIDs)
    if ours.isEmpty && theirs.isEmpty {
      isIdentical = answer.text.utf8.elementsEqual(reference.text.utf8)
      commonPrefix = nil
      tokenOverlap = isIdentical ? 1 : 0
      return
    }
    isIdentical = ours == theirs
    let prefix = zip(ours, theirs).prefix { $0 == $1 }.count
    commonPrefix = theirs.isEmpty ? nil : Double(prefix) / Double(theirs.count)
    var left = Dictionary(theirs.map { ($0, 1) }, uniquingKeysWith: +)
    var common = 0
    for token in ours {
      guard let count = left[token], count > 0 else { continue }
      left[token] = count - 1
      common += 1
    }
    tokenOverlap = Double(2 * common) / Double(ours.count + theirs.count)
  }
}
