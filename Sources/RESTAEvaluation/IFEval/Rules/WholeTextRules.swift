/// Two different answers between six asterisks.
struct TwoResponses: InstructionRule {
  func isFollowed(by text: PythonText) -> Bool {
    let parts = text.split(separator: "******")
    guard !parts.dropFirst().dropLast().contains(where: \.isBlank) else { return false }
    let answers = parts.filter { !$0.isBlank }.map { $0.trimmed() }
    return answers.count == 2 && answers[0] != answers[1]
  }
}

/// The text begins with a prompt, in any case.
struct RepeatedPrompt: InstructionRule {
  private let prompt: PythonText

  init(_ arguments: InstructionArguments) throws {
    prompt = PythonText(try arguments.text("prompt_to_repeat")).lowercased()
  }

  func isFollowed(by text: PythonText) -> Bool {
    text.trimmed().lowercased().starts(with: prompt)
  }
}

/// The text ends with a phrase, in any case; quotation marks behind it do not matter.
struct EndPhrase: InstructionRule {
  private let phrase: PythonText

  init(_ arguments: InstructionArguments) throws {
    phrase = PythonText(try arguments.text("end_phrase")).lowercased()
  }

  func isFollowed(by text: PythonText) -> Bool {
    text.trimmed().trimmed { $0 == "\"" }.lowercased().ends(with: phrase)
  }
}

/// The text is in straight double quotation marks.
struct Quotation: InstructionRule {
  func isFollowed(by text: PythonText) -> Bool {
    let scalars = text.trimmed().scalars
    return scalars.count > 1 && scalars.first == "\"" && scalars.last == "\""
  }
}
