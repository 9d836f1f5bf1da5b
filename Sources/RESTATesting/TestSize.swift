import Foundation

/// How large the tests run that could run for minutes on a real model.
///
/// `make test` has to end within minutes on slow machines and takes their quick forms; `make test-all`
/// takes the full ones, by the variable `RESTA_TEST_ALL=1`.
package enum TestSize {
  /// Whether the full forms are wanted.
  package static let isFull = ProcessInfo.processInfo.environment["RESTA_TEST_ALL"] == "1"

  /// A number of cases, in the quick form or the full one; of the quick one, enough that the property can fail.
  package static func of(_ full: Int, quick: Int) -> Int { isFull ? full : quick }
}
