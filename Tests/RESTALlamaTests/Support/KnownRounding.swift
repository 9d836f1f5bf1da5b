import Foundation
import Testing

/// Known issues of a suite where an x86 processor has AVX2 and no AVX-512.
///
/// Passes on one thread round by their shape there, which `resta doctor` finds and says ("batch
/// shapes"). Elsewhere the issues fail as any other.
struct KnownRounding: SuiteTrait, TestTrait, TestScoping {
  private static let isKnown: Bool = {
    guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else {
      return false
    }
    return text.contains(" avx2") && !text.contains(" avx512f")
  }()

  var isRecursive: Bool { true }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    guard Self.isKnown else { return try await function() }
    await withKnownIssue("passes round by their shape without AVX-512", isIntermittent: true) {
      try await function()
    }
  }
}

extension Trait where Self == KnownRounding {
  /// See ``KnownRounding``.
  static var knownRounding: Self { Self() }
}
