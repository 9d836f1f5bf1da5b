import Crypto

/// SHA-256 of several texts, so that neither their borders nor their order can be confused.
enum JudgeDigest {
  /// The digest: each text's UTF-8 bytes behind their number, in order.
  ///
  /// - Parameter texts: Any texts.
  /// - Returns: 64 lower-case hexadecimal digits.
  static func hexadecimal(_ texts: [String]) -> String {
    var hasher = SHA256()
    for text in texts {
      let length = UInt64(text.utf8.count)
      hasher.update(data: (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) })
      hasher.update(data: Array(text.utf8))
    }
    return Digest.hexadecimal(hasher.finalize())
  }
}
