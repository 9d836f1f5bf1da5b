/// How much a template may do, so that one out of an untrusted model file can neither hang the
/// process nor exhaust its memory or stack.
struct JinjaLimits: Sendable {
  /// Expressions, statements and items that one rendering may visit.
  var steps = 5_000_000

  /// Scalars that all the strings one rendering makes may have together.
  ///
  /// Bounds time and memory at once: every live string was made once. A long chat costs some
  /// ten times its own length.
  var scalars = 20_000_000

  /// Evaluations nested in each other: expressions, blocks and macro calls.
  ///
  /// None of the templates in llama.cpp's collection needs 30. Secondary threads on macOS have
  /// 512 KiB of stack; this many levels take 70 KiB of it in a release build and 400 KiB, measured
  /// on x86-64, in a debug build.
  var depth = 80

  /// Lists within lists; values are walked (and freed) recursively.
  var valueDepth = 32

  /// Items of one `range()`, as in Jinja's own sandbox.
  var range = 100_000

  /// What production code uses.
  static let standard = JinjaLimits()

  /// Blocks and brackets nested in each other in a template's source; real ones need less than 14.
  static let sourceDepth = 32

  /// Longest template source, in scalars.
  static let sourceLength = 2_000_000
}
