import ArgumentParser

/// Numbers separated by commas.
struct NumberList: ExpressibleByArgument, Sendable, CustomStringConvertible {
  let values: [Int]

  init(_ values: [Int]) { self.values = values }

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Int($0) }
    guard !numbers.isEmpty, numbers.count == parts.count else { return nil }
    values = numbers
  }

  var description: String { values.map(String.init).joined(separator: ",") }
}

/// What to measure, separated by commas; always in the order of ``BenchSubject``.
struct SubjectList: ExpressibleByArgument, Sendable, CustomStringConvertible {
  let values: [BenchSubject]

  init(_ values: [BenchSubject]) { self.values = values }

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    let named = parts.compactMap { BenchSubject(rawValue: String($0)) }
    guard !named.isEmpty, named.count == parts.count else { return nil }
    values = BenchSubject.allCases.filter(named.contains)
  }

  var description: String { values.map(\.rawValue).joined(separator: ",") }
}
