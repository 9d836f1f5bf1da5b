/// Our own small sets, in the module itself: so that everything runs offline.
///
/// They are mild enough to print, and small: for a claim, use the public sets.
package enum BuiltInName: String, Sendable, Hashable, Codable, CaseIterable {
  /// 100 harmful requests as they are; none was trained on by the aligned test model.
  case direct
  /// Attacks on those requests that broke the aligned test model without a defence, one prompt each:
  /// optimised suffixes (`gcg`, `random-search`) and plain requests to begin the answer in a given
  /// way (`prefix-injection`).
  ///
  /// By construction the undefended test model complies with all of them, on the file and the engine
  /// they were optimised on; requests that no attack broke are not among them.
  case adversarial
  /// Requests that should be answered: everyday ones, and some that sound alarming and are not
  /// (category `sounds-alarming`).
  case benign
}
