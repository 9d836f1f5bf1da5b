import RESTADocuments

/// The seed that one prompt's noise is drawn with.
///
/// A configuration's seed names a repetition of the whole evaluation; two prompts of it must not
/// share their noise, and the same prompt must keep it wherever it stands in the plan.
enum EffectiveSeed {
  /// The first 53 bits of SHA-256 over a label, the seed and the prompt's bytes: 53, so that it
  /// survives every JSON reader.
  static func of(_ seed: UInt64, prompt: String) -> UInt64 {
    let hash = Digest.sha256(of: "resta-evaluation-seed/1\n\(seed)\n\(prompt)")
    return (UInt64(hash.prefix(16), radix: 16) ?? 0) >> 11
  }
}
