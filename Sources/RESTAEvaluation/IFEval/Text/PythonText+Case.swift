/// Python's rules of upper and lower case.
extension PythonText {
  /// `str.isupper`: something has a case, and nothing is lower or title case.
  var isUpper: Bool {
    scalars.contains(where: \.isPythonUpper)
      && !scalars.contains { $0.isPythonLower || $0.isPythonTitle }
  }

  /// `str.islower`: something has a case, and nothing is upper or title case.
  var isLower: Bool {
    scalars.contains(where: \.isPythonLower)
      && !scalars.contains { $0.isPythonUpper || $0.isPythonTitle }
  }

  /// `str.lower`: the full mapping, with the final form of sigma.
  func lowercased() -> PythonText {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(scalars.count)
    for (index, scalar) in scalars.enumerated() {
      if scalar == "\u{3A3}" {
        result.append(isFinal(index) ? "\u{3C2}" : "\u{3C3}")
      } else if scalar.isASCII {
        result.append(scalar.pythonCaseFolded)
      } else {
        result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
      }
    }
    return PythonText(result)
  }

  /// Unicode's Final_Sigma: behind a cased letter, and before none.
  private func isFinal(_ index: Int) -> Bool {
    let before = scalars[..<index].last { !$0.properties.isCaseIgnorable }
    let after = scalars[(index + 1)...].first { !$0.properties.isCaseIgnorable }
    return before?.properties.isCased == true && after?.properties.isCased != true
  }
}
