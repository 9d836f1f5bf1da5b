/// The texts of which one has to follow an instruction loosely.
enum LooseVariants {
  /// The answer first, then what is left without asterisks, without the first line, without the last
  /// one, and without both.
  static func of(_ answer: PythonText) -> [PythonText] {
    let lines = answer.split(separator: "\n")
    let rests = [lines.dropFirst(), lines.dropLast(), lines.dropFirst().dropLast()].map {
      PythonText(joining: Array($0), separator: "\n").trimmed()
    }
    let texts = [answer] + rests
    var variants: [PythonText] = []
    for text in texts + texts.map({ $0.removing("*") }) where !variants.contains(text) {
      variants.append(text)
    }
    return variants
  }
}
