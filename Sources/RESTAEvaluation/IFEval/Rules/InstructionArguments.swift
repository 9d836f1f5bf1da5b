import RESTADocuments

/// Reads the arguments of one instruction, and names what is wrong with them.
struct InstructionArguments {
  private let instruction: VerifiableInstruction

  init(_ instruction: VerifiableInstruction) { self.instruction = instruction }

  /// A number that is at least `least`.
  func count(_ name: String, atLeast least: Int = 0) throws -> Int {
    guard let number = try value(name).int, number >= least else {
      throw error("'\(name)' must be a whole number, \(least) or more")
    }
    return number
  }

  /// A text that is not blank, without white space around it.
  func text(_ name: String) throws -> String {
    guard let text = try value(name).string,
      let trimmed = Self.trimmed(text)
    else { throw error("'\(name)' must be a text that is not blank") }
    return trimmed
  }

  /// One text or more, none of them empty, as they are.
  func texts(_ name: String) throws -> [String] {
    let texts = try value(name).array?.map(\.string) ?? []
    let known = texts.compactMap { $0 }.filter { !$0.isEmpty }
    guard !known.isEmpty, known.count == texts.count else {
      throw error("'\(name)' must be a list of texts that are not empty")
    }
    return known
  }

  /// `at least` or `less than`.
  func relation(_ name: String) throws -> Relation {
    guard let relation = try value(name).string.flatMap(Relation.init(rawValue:)) else {
      let known = Relation.allCases.map { "'\($0.rawValue)'" }.joined(separator: " or ")
      throw error("'\(name)' must be \(known)")
    }
    return relation
  }

  /// What is wrong, behind the instruction's type.
  func error(_ problem: String) -> EvaluationError {
    EvaluationError(.invalidData, "instruction '\(instruction.id)': argument \(problem)")
  }

  /// Refuses arguments that the type does not have.
  func check(known: [String]) throws {
    for name in instruction.arguments.keys.sorted()
    where !known.contains(name) && instruction.arguments[name] != .null {
      let list = known.isEmpty ? "it has none" : "it has \(known.joined(separator: ", "))"
      throw error("'\(name)' is unknown; \(list)")
    }
  }

  private func value(_ name: String) throws -> JSONValue {
    guard let value = instruction.arguments[name], value != .null else {
      throw error("'\(name)' is missing")
    }
    return value
  }

  private static func trimmed(_ text: String) -> String? {
    let trimmed = PythonText(text).trimmed()
    return trimmed.scalars.isEmpty
      ? nil : String(String.UnicodeScalarView(trimmed.scalars))
  }
}

/// How a count is compared.
enum Relation: String, Sendable, CaseIterable {
  case atLeast = "at least"
  case lessThan = "less than"

  /// Whether a count is at least, or less than, another one.
  func holds(_ count: Int, _ threshold: Int) -> Bool {
    switch self {
    case .atLeast: count >= threshold
    case .lessThan: count < threshold
    }
  }
}
