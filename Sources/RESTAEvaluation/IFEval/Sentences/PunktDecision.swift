/// Punkt's second pass: whether a token that ends in a full stop ends a sentence, seen with the token
/// behind it (Kiss and Strunk 2006, section 4).
enum PunktDecision {
  /// What the next token's capital says.
  private enum Evidence {
    case beginsSentence, continuesSentence, unknown
  }

  static func isBreak(_ token: PunktToken, before next: PunktToken) -> Bool {
    guard token.endsInPeriod else { return token.isBreak }
    let nextType = next.typeWithoutBreak
    let evidence = orthography(of: next, type: nextType)
    var isBreak = token.isBreak
    if (token.isAbbreviation || token.isEllipsis) && !token.isInitial {
      isBreak =
        evidence == .beginsSentence
        || next.beginsInUpperCase && PunktWords.starters.contains(nextType)
      if isBreak { return true }
    }
    guard token.isInitial || token.type == PunktToken.number else { return isBreak }
    switch evidence {
    case .continuesSentence: return false
    case .beginsSentence: return isBreak
    case .unknown:
      // An initial before a name, as in "J. Bach".
      let isName = next.beginsInUpperCase && !isSeenInLowerCase(nextType)
      return isBreak && !(token.isInitial && isName)
    }
  }

  /// A word that is always capitalised inside sentences says nothing when it is; one in lower case
  /// begins no sentence.
  private static func orthography(of token: PunktToken, type: String) -> Evidence {
    if token.text.count == 1, [";", ":", ",", ".", "!", "?"].contains(token.text[0]) {
      return .continuesSentence
    }
    if token.beginsInLowerCase { return .continuesSentence }
    let begins = token.beginsInUpperCase && type != "i" && PunktWords.starters.contains(type)
    return begins ? .beginsSentence : .unknown
  }

  private static func isSeenInLowerCase(_ type: String) -> Bool {
    PunktWords.otherLowercase.contains(type) || type != "i" && PunktWords.starters.contains(type)
  }
}
