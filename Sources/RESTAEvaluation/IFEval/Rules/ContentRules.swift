/// So many placeholders in square brackets, each within a line.
struct Placeholders: InstructionRule {
  private let placeholders: Int

  init(_ arguments: InstructionArguments) throws {
    placeholders = try arguments.count("num_placeholders")
  }

  func isFollowed(by text: PythonText) -> Bool {
    var count = 0
    var isOpen = false
    for scalar in text.scalars {
      switch scalar {
      case "[": isOpen = true
      case "\n": isOpen = false
      case "]":
        count += isOpen ? 1 : 0
        isOpen = false
      default: break
      }
    }
    return count >= placeholders
  }
}

/// A postscript's marker occurs anywhere, in any case; between the letters of `P.S.` and `P.P.S`
/// there may be one space.
struct Postscript: InstructionRule {
  private let marker: [Unicode.Scalar]
  private let mayBeSpaced: Bool

  init(_ arguments: InstructionArguments) throws {
    let marker = try arguments.text("postscript_marker")
    mayBeSpaced = marker == "P.S." || marker == "P.P.S"
    self.marker = PythonText(marker).lowercased().scalars
  }

  func isFollowed(by text: PythonText) -> Bool {
    let text = text.lowercased()
    guard mayBeSpaced else { return !text.starts(of: marker).isEmpty }
    return text.scalars.indices.contains { begins(at: $0, in: text.scalars) }
  }

  private func begins(at start: Int, in text: [Unicode.Scalar]) -> Bool {
    var index = start
    for (position, scalar) in marker.enumerated() {
      let follows = position > 0 && marker[position - 1] == "."
      if follows && index < text.count && text[index].isPythonSpace { index += 1 }
      guard index < text.count && text[index] == scalar else { return false }
      index += 1
    }
    return true
  }
}

/// No comma at all.
struct NoComma: InstructionRule {
  func isFollowed(by text: PythonText) -> Bool { !text.scalars.contains(",") }
}
