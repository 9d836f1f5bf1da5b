import RESTA

extension BodyField {
  /// The value as an integer.
  ///
  /// - Parameter range: What is allowed; up to `Int.max` means without an end.
  /// - Returns: The integer, or `nil` for `null`.
  /// - Throws: ``APIError`` for any other value, and for one outside of the range.
  func integer(in range: ClosedRange<Int>) throws(APIError) -> Int? {
    guard !isNull else { return nil }
    let what = "an integer \(Self.text(range))"
    guard case .integer(let integer) = value else { throw expected(what) }
    guard let number = Int(exactly: integer), range.contains(number) else {
      throw refused("must be \(what)")
    }
    return number
  }

  /// The value as a number.
  ///
  /// - Parameter range: What is allowed; up to `Int.max` means without an end.
  /// - Returns: The number, or `nil` for `null`.
  /// - Throws: ``APIError`` for any other value, and for one outside of the range.
  func number(in range: ClosedRange<Int>) throws(APIError) -> Double? {
    let what = "a number \(Self.text(range))"
    let number: Double
    switch value {
    case .null: return nil
    case .integer(let integer): number = Double(integer)
    case .number(let double): number = double
    default: throw expected(what)
    }
    guard number >= Double(range.lowerBound),
      range.upperBound == .max || number <= Double(range.upperBound)
    else { throw refused("must be \(what)") }
    return number
  }

  /// The value as 64 bits, negative integers by their two's complement.
  ///
  /// - Returns: The bits, or `nil` for `null`.
  /// - Throws: ``APIError`` for any other value.
  func bits() throws(APIError) -> UInt64? {
    switch value {
    case .null: return nil
    case .integer(let integer): return UInt64(truncatingIfNeeded: integer)
    default: throw expected("an integer of at most 64 bits")
    }
  }

  /// The value as one of the names of a closed set.
  ///
  /// - Parameter type: The set.
  /// - Returns: The case, or `nil` for `null`.
  /// - Throws: ``APIError`` for any other value, naming all that are allowed.
  func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ type: Choice.Type
  ) throws(APIError) -> Choice? {
    let names = type.allCases.map(\.rawValue)
    let what = "one of \(names.joined(separator: ", "))"
    guard let name = try string(what) else { return nil }
    if let choice = Choice(rawValue: name) { return choice }
    // The name itself stays out of the message: it may be anything. A long one is no slip, and
    // finding the nearest of one takes as long as it is.
    let nearest = name.utf8.count <= 32 ? Suggestion.nearest(to: name, among: names) : nil
    throw refused("must be \(what)" + (nearest.map { "; did you mean '\($0)'?" } ?? ""))
  }

  private static func text(_ range: ClosedRange<Int>) -> String {
    range.upperBound == .max
      ? "of \(range.lowerBound) or more" : "from \(range.lowerBound) to \(range.upperBound)"
  }
}
